/**
 * What `src/` needs of `unicodeWidth` in `@std/cli`.
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

Deno.test("unicodeWidth gives letters one column, and no text none", () => {
  assertWidths({ "": 0, "hello": 5, "Größe": 5, "привет": 6, "مرحبا": 5 });
  const ascii = String.fromCharCode(...Array(95).keys().map((i) => i + 32));
  assertEquals(unicodeWidth(ascii), 95);
});

Deno.test("unicodeWidth gives East Asian characters two columns, half-wide ones one", () => {
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

Deno.test("unicodeWidth gives pictures two columns, each half of a flag one", () => {
  assertWidths({ "😀": 2, "🦕": 2, "⌚": 2, "🇩🇪": 2, "🇩": 1 });
  // What is shown as text unless a selector asks for a picture.
  assertWidths({ "❤": 1, "☀": 1, "©": 1, "1": 1 });
});

Deno.test("unicodeWidth counts each part of what is joined to one picture", () => {
  assertWidths({ "👩‍🔬": 4, "👩‍👩‍👧‍👦": 8, "👍🏽": 4 });
});

Deno.test("unicodeWidth gives marks, joiners and controls no column", () => {
  const none = ["\0", "\n", "\t", "\x1b", "\x7f", "\x80", "\x9f"];
  const hidden = ["\u0301", "\u20dd", "\u200b", "\u200d", "\u202e", "\ufe0f"];
  for (const text of [...none, ...hidden, "\ufeff", "\u{e0061}"]) {
    assertEquals(unicodeWidth(text), 0, JSON.stringify(text));
  }
  assertWidths({ "e\u0301": 1, "の\u3099": 2, "각": 2 });
});

Deno.test("unicodeWidth gives one column to what terminals differ in, and to the soft hyphen", () => {
  assertWidths({ "…": 1, "█": 1, "▏": 1, "─": 1, "§": 1, "\u00ad": 1 });
  // Line separators count, too, as do halves of surrogate pairs.
  assertWidths({ "\u2028": 1, "\ufffd": 1 });
  assertWidths({ "\ud800": 1 });
});
