import { assertEquals } from "@std/assert";
import { parseInstant } from "../../src/turns/instant.ts";

const NOON = Date.UTC(2025, 10, 18, 12, 0, 0);

Deno.test("parseInstant parses each variant that WIRE_FORMAT lists", () => {
  const variants: [text: string, ms: number][] = [
    ["2025-11-18T12:00:00.256", 256],
    ["2025-11-18T12:00:00", 0],
    ["2025-11-18 12:00:00", 0],
    ["2025-11-18T12:00:00Z", 0],
    ["2025-11-18T14:30:00.5+02:30", 500],
    ["2025-11-18T04:00:00-08:00", 0],
    ["2025-11-18T12:00:00.1", 100],
    ["2025-11-18T12:00:00.123456789Z", 123],
    ["2025-11-18T12:00:00.999999", 999],
  ];
  for (const [text, ms] of variants) {
    assertEquals(parseInstant(text), NOON + ms, text);
  }
});

Deno.test("parseInstant takes a time without a zone as UTC, not as local time", () => {
  assertEquals(parseInstant("2025-07-01T00:00:00"), Date.UTC(2025, 6, 1));
});

Deno.test("parseInstant parses the years 0 to 99 and leap days correctly", () => {
  assertEquals(
    new Date(parseInstant("0099-02-28T00:00:00")!).toISOString(),
    "0099-02-28T00:00:00.000Z",
  );
  assertEquals(
    parseInstant("2024-02-29T23:59:59.999"),
    Date.UTC(2024, 1, 29, 23, 59, 59, 999),
  );
});

Deno.test("parseInstant returns null for other texts", () => {
  for (
    const text of [
      "",
      "yesterday",
      "2025-11-18",
      "2025-11-18T12:00",
      "2025-13-18T12:00:00",
      "2025-00-18T12:00:00",
      "2025-02-29T12:00:00",
      "2025-11-31T12:00:00",
      "2025-11-18T24:00:00",
      "2025-11-18T12:60:00",
      "2025-11-18T12:00:60",
      "2025-11-18T12:00:00.",
      "2025-11-18T12:00:00.1234567890",
      "2025-11-18T12:00:00+24:00",
      "2025-11-18T12:00:00+00:60",
      "2025-11-18T12:00:00+02",
      " 2025-11-18T12:00:00",
      "2025-11-18T12:00:00\n",
      "٢٠٢٥-11-18T12:00:00",
      "1763467200000",
    ]
  ) assertEquals(parseInstant(text), null, JSON.stringify(text));
});
