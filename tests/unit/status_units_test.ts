import { assertEquals } from "@std/assert";
import { bar } from "../../src/terminal/bars.ts";
import { percentile } from "../../src/store/percentile.ts";
import { formatRoughly, formatShare } from "../../src/terminal/numbers.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Asserts the formatted texts of values. */
function assertFormats(
  format: (value: number) => string,
  table: [value: number, text: string][],
): void {
  for (const [value, text] of table) {
    assertEquals(format(value), text, `of ${value}`);
  }
}

Deno.test("formatShare returns a percentage, and an empty text if the total is zero", () => {
  assertEquals(formatShare(1, 3), "33.3 %");
  assertEquals(formatShare(3, 3), "100.0 %");
  assertEquals(formatShare(0, 0), "");
});

Deno.test("formatRoughly shows one unit, also of a time in the future", () => {
  assertFormats(formatRoughly, [
    [0, "0 s"],
    [SECOND - 1, "0 s"],
    [MINUTE - 1, "59 s"],
    [MINUTE, "1 min"],
    [HOUR - 1, "59 min"],
    [DAY - 1, "23 h"],
    [400 * DAY, "400 d"],
    [-1, "0 s"],
    [-2 * HOUR, "-2 h"],
  ]);
});

Deno.test("percentile is the smallest value that the share does not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assertEquals(
    [0.01, 0.5, 0.95, 1].map((share) => percentile(hundred, share)),
    [
      ...[1, 50, 95, 100],
    ],
  );
  assertEquals([0.5, 0.95].map((share) => percentile([7], share)), [7, 7]);
  assertEquals([0.5, 0.95].map((share) => percentile([1, 2], share)), [1, 2]);
  assertEquals(percentile([1, 2, 3], 0.5), 2);
});

Deno.test("bar has a length relative to the maximum, in eighths of a column", () => {
  const bars = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16].map((n) => bar(n, 16, 2));
  assertEquals(bars, [
    ...["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█", "█▌", "██"],
  ]);
});

Deno.test("bar shows small values, and fits the width", () => {
  assertEquals(bar(1, 10_000_000, 50), "▏");
  assertEquals(bar(10_000_000, 10_000_000, 50), "█".repeat(50));
  assertEquals([0, -3].map((width) => bar(1, 1, width)), ["", ""]);
});
