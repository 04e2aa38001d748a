/**
 * The behaviour of `unicodeWidth` in `@std/cli` on which `src/` relies.
 *
 * @module
 */

import { unicodeWidth } from "@std/cli";
import { assertEquals } from "@std/assert";

function assertWidths(widths: Record<string, number>): void {
  for (const [text, width] of Object.entries(widths)) {
    assertEquals(unicodeWidth(text), width, JSON.stringify(text));
  }
}

Deno.test("unicodeWidth counts one column for a letter, and none for an empty text", () => {
  assertWidths({ "": 0, "hello": 5, "Größe": 5, "привет": 6, "مرحبا": 5 });
  const ascii = String.fromCharCode(...Array(95).keys().map((i) => i + 32));
  assertEquals(unicodeWidth(ascii), 95);
});

Deno.test("unicodeWidth counts two columns for East Asian characters, one for half-width ones", () => {
  assertWidths({
    "日本語のログ": 12,
    "한국어": 6,
    "（ｆｕｌｌ）": 12,
    "　": 2,
    "ﾊﾝｶｸ": 4,
    "㍍": 2,
    "𠮷": 2,
    "《〇》": 6,
  });
});

Deno.test("unicodeWidth counts two columns for emoji, one for each half of a flag", () => {
  assertWidths({ "😀": 2, "🦕": 2, "⌚": 2, "🇩🇪": 2, "🇩": 1 });
  // These are shown as text, unless a variation selector asks for an emoji.
  assertWidths({ "❤": 1, "☀": 1, "©": 1, "1": 1 });
});

Deno.test("unicodeWidth counts each part of a joined emoji", () => {
  assertWidths({ "👩‍🔬": 4, "👩‍👩‍👧‍👦": 8, "👍🏽": 4 });
});

Deno.test("unicodeWidth counts no column for marks, joiners and controls", () => {
  const none = ["\0", "\n", "\t", "\x1b", "\x7f", "\x80", "\x9f"];
  const hidden = ["\u0301", "\u20dd", "\u200b", "\u200d", "\u202e", "\ufe0f"];
  for (const text of [...none, ...hidden, "\ufeff", "\u{e0061}"]) {
    assertEquals(unicodeWidth(text), 0, JSON.stringify(text));
  }
  assertWidths({ "e\u0301": 1, "の\u3099": 2, "각": 2 });
});

Deno.test("unicodeWidth counts one column for ambiguous characters and the soft hyphen", () => {
  assertWidths({ "…": 1, "█": 1, "▏": 1, "─": 1, "§": 1, "\u00ad": 1 });
  // Line separators and halves of surrogate pairs count too.
  assertWidths({ "\u2028": 1, "\ufffd": 1 });
  assertWidths({ "\ud800": 1 });
});
