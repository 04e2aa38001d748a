import { assertEquals } from "@std/assert";
import { formatInstant, instantOf } from "../../src/status/since.ts";

/** In the time zone of this machine, as all instants here. */
const NOW = new Date(2025, 10, 18, 19, 26, 43, 256).getTime();

Deno.test("instantOf reads a date, and today, as local midnight", () => {
  const midnight = new Date(2025, 10, 18).getTime();
  assertEquals(instantOf("today", NOW), midnight);
  assertEquals(instantOf("today", midnight), midnight);
  assertEquals(instantOf("2025-11-18", NOW), midnight);
  const leapDay = new Date(2024, 1, 29).getTime();
  assertEquals(instantOf("2024-02-29", NOW), leapDay);
  assertEquals(new Date(instantOf("0050-01-01", NOW)!).getFullYear(), 50);
});

Deno.test("instantOf reads a number of days as that many times 24 hours ago", () => {
  assertEquals(instantOf("1d", NOW), NOW - 86_400_000);
  assertEquals(instantOf("7d", NOW), NOW - 7 * 86_400_000);
  assertEquals(instantOf("99999d", NOW), NOW - 99_999 * 86_400_000);
});

Deno.test("instantOf accepts nothing else", () => {
  for (
    const text of [
      ...["", "7", "0d", "-1d", "07d", "100000d", "7D", "1.5d", " 7d", "7d "],
      ...["Today", "yesterday", "2025-02-29", "2025-13-01", "2025-11-00"],
      ...["25-11-18", "2025-11-18T00:00:00", "2025-11-18 ", "2025/11/18"],
    ]
  ) assertEquals(instantOf(text, NOW), null, text);
});

Deno.test("formatInstant writes the local date and time", () => {
  assertEquals(formatInstant(NOW), "2025-11-18 19:26");
  assertEquals(
    formatInstant(new Date(2025, 0, 2).getTime()),
    "2025-01-02 00:00",
  );
});
