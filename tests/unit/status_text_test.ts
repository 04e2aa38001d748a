import { assertEquals } from "@std/assert";
import { cut } from "../../src/terminal/text.ts";

Deno.test("cut leaves a text that fits unchanged", () => {
  for (const text of ["", "abc", "日本", "e\u0301e\u0301"]) {
    assertEquals(cut(text, 4), text);
    assertEquals(cut(text, Infinity), text);
  }
});

Deno.test("cut replaces the rest with … within the width", () => {
  assertEquals(cut("abcdef", 5), "abcd…");
  assertEquals(cut("abcdef", 1), "…");
  assertEquals(cut("abcdef", 0), "");
  // A wide character is not divided.
  assertEquals(cut("日本語", 5), "日本…");
  assertEquals(cut("日本語", 4), "日…");
  assertEquals(cut("日本語", 2), "…");
});

Deno.test("cut does not divide grapheme clusters", () => {
  assertEquals(cut("e\u0301a\u0301o\u0301", 2), "e\u0301…");
  assertEquals(cut("🇩🇪🇫🇷🇮🇹", 4), "🇩🇪…");
  assertEquals(cut("👍🏽👍🏽", 6), "👍🏽…");
});

Deno.test("cut can keep the end", () => {
  assertEquals(cut("/var/log/a.jsonl", 10, "end"), "…g/a.jsonl");
  assertEquals(cut("日本語", 4, "end"), "…語");
  assertEquals(cut("abc", 3, "end"), "abc");
});
