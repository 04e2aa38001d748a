import { assertEquals } from "@std/assert";
import { escaped, visible } from "../../src/terminal/visible.ts";

Deno.test("visible joins lines", () => {
  assertEquals(visible("\n a\r\n\tb\u2028c\u2029 d\v\f\x85e \n"), "a b c d e");
});

Deno.test("visible removes every control character", () => {
  const controls = [
    ...Array(32).keys(),
    0x7f,
    ...Array(32).keys().map((i) => i + 0x80),
  ];
  for (const code of controls) {
    const text = visible(`a${String.fromCharCode(code)}b`);
    assertEquals(text, "a b", `U+${code.toString(16)}`);
  }
  assertEquals(
    visible("\x1b[2J\x1b]0;title\x07\x9b31mred"),
    "[2J ]0;title 31mred",
  );
});

Deno.test("visible removes characters that change the text direction", () => {
  const bidi = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e" +
    "\u2066\u2067\u2068\u2069";
  for (const character of bidi) {
    assertEquals(visible(`a${character}b`), "ab", escape(character));
  }
  assertEquals(visible("مرحبا"), "مرحبا");
});

Deno.test("visible removes invisible and joining characters", () => {
  const hidden = "\u00ad\u034f\u115f\u200b\u200c\u200d\u2060\ufe0f\u{e0061}";
  for (const character of hidden) {
    assertEquals(visible(`a${character}b`), "ab", escape(character));
  }
  assertEquals(visible("\ufeffa"), "a");
  assertEquals(visible("\u0600a\u06dd\ufff9b"), "ab");
  assertEquals(visible("👩‍🔬 ❤️"), "👩🔬 ❤");
});

Deno.test("visible keeps letters of all scripts and their marks", () => {
  const text = "Größe naïve e\u0301 日本語 한국어 हिन्दी ไทยนี้ 🇩🇪 👍🏽";
  assertEquals(visible(text), text);
});

Deno.test("visible keeps at most four marks on a letter", () => {
  const heap = "\u0301\u0302\u0303\u0304";
  assertEquals(visible(`a${heap.repeat(100)}b`), `a${heap}b`);
});

Deno.test("visible removes half a surrogate pair of a truncated text", () => {
  assertEquals(visible("a👋".slice(0, 2)), "a");
  assertEquals(visible("👋b".slice(1)), "b");
});

Deno.test("escaped writes control and invisible characters as escapes, and keeps all others", () => {
  assertEquals(
    escaped("a \x1b[31m\r\n\x07\x7f\x9b2J\u202e\u200d\u2028\u{e0061}\ud800b"),
    "a \\u001b[31m\\u000d\\u000a\\u0007\\u007f\\u009b2J\\u202e\\u200d\\u2028" +
      "\\udb40\\udc61\\ud800b",
  );
  const text = 'cannot read "Größe 日本 😀": \\n, e\u0301 مرحبا';
  assertEquals(escaped(text), text);
});

function escape(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16)}`;
}
