import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatCount,
  formatDuration,
} from "../../src/terminal/numbers.ts";
import { formatProgress } from "../../src/terminal/progress.ts";

Deno.test("formatCount separates thousands", () => {
  assertEquals([0, 999, 1234567].map(formatCount), ["0", "999", "1,234,567"]);
});

Deno.test("formatBytes chooses the unit with the fewest digits", () => {
  const cases: [bytes: number, text: string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [9951, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [596_054_946, "596 MB"],
    [1.25e9, "1.3 GB"],
    [5e15, "5000 TB"],
  ];
  for (const [bytes, text] of cases) assertEquals(formatBytes(bytes), text);
});

Deno.test("formatDuration shows the two largest units", () => {
  const cases: [ms: number, text: string][] = [
    [0, "0.0 s"],
    [840, "0.8 s"],
    [9949, "9.9 s"],
    [9951, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min"],
    [185_000, "3 min 5 s"],
    [3_600_000, "1 h"],
    [7_800_000, "2 h 10 min"],
    [86_400_000 * 3 + 3_600_000 * 4, "3 d 4 h"],
  ];
  for (const [ms, text] of cases) assertEquals(formatDuration(ms), text);
});

Deno.test("formatProgress shows bytes, rate, turns and the time left", () => {
  const bar = { progressBar: "██░░", time: 1500, value: 5e8, max: 1e9 };
  assertEquals(
    formatProgress(bar, { minted: 1428, known: 0 }, 500),
    "██░░ 500 MB of 1.0 GB, 250 MB/s, 1,428 new turns, 2.0 s left",
  );
  assertEquals(
    formatProgress({ ...bar, value: 0 }, { minted: 0, known: 3 }, 500),
    "██░░ 0 B of 1.0 GB, 0 B/s, 0 new turns, 3 events known",
  );
});
