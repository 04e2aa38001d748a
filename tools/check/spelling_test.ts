import { assertEquals } from "@std/assert";
import { checkSpelling } from "./spelling.ts";

const DICTIONARY = "follow\njson\nlines\nread\nthis\n";

function check(text: string, dictionary = DICTIONARY): string[] {
  return checkSpelling(new Map([["src/a.ts", text]]), dictionary);
}

Deno.test("checkSpelling names the place of an unknown word and what to do", () => {
  assertEquals(check("// This.\n// Read thiss, and read thiss.\n"), [
    'src/a.ts:2 has the unknown word "thiss": correct it, or add it to tools/check/dictionary.txt',
  ]);
});

Deno.test("checkSpelling reads the words of names, capitals and escapes", () => {
  assertEquals(check("readLines JSONLines read_lines READ \\nfollow"), []);
  const found = (text: string) =>
    check(text).map((complaint) => complaint.split('"')[1]);
  assertEquals(found("raedLines JSONLinse read_lnies \\nfolow"), [
    ...["raed", "linse", "lnies", "folow"],
  ]);
});

Deno.test("checkSpelling passes over short words, numbers and hashes", () => {
  assertEquals(check("abc utf8 0xdeadbeef 2c06411a4a2404b8d8a6cdaf"), []);
});

Deno.test("checkSpelling finds words of the dictionary that are not sorted", () => {
  assertEquals(check("", "read\nfollow\nfollow\n"), [
    'tools/check/dictionary.txt:2 has "follow" out of order: sort it',
    'tools/check/dictionary.txt:3 has "follow" out of order: sort it',
  ]);
});
