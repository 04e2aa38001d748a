import { assertEquals } from "@std/assert";
import { checkWords } from "./words.ts";

function check(texts: Record<string, string>, pending: string[] = []) {
  return checkWords(new Map(Object.entries(texts)), pending);
}

Deno.test("checkWords names the place of a banned word and what to write", () => {
  assertEquals(check({ "src/a.ts": "// One line.\n// It is told.\n" }), [
    'src/a.ts:2 says "told": write reported, emitted or printed',
  ]);
});

Deno.test("checkWords finds words across lines of a comment, and capitals", () => {
  const texts = [
    "/**\n * Now and\n * then.\n */",
    "// now\n// and then",
    "now  and\nthen",
  ];
  for (const text of texts) {
    const [complaint, ...others] = check({ "a.ts": text });
    assertEquals(complaint.split(": ")[1], "write at times, or how often");
    assertEquals(others, []);
  }
});

Deno.test("checkWords finds no banned word inside others", () => {
  const text = "untold, a teller of tales, stand-ins, what is no longer so";
  assertEquals(check({ "README.md": text }), []);
});

Deno.test("checkWords passes over pending folders until nothing is left there", () => {
  const texts = { "src/a/b.ts": "told", "src/ab.ts": "told" };
  assertEquals(check(texts, ["src/a", "src/c"]), [
    'src/ab.ts:1 says "told": write reported, emitted or printed',
    "src/c has no banned word left: remove it from PENDING",
  ]);
});
