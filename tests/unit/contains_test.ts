import { assertEquals } from "@std/assert";
import { ContainsPrefilter } from "../../src/dialect/contains.ts";
import { Verdict } from "../../src/dialect/dialect.ts";

const encoder = new TextEncoder();
const prefilter = new ContainsPrefilter({
  words: ['"ask"', '"reply"'],
  starts: /^begin/,
  other: { head: /^\{"other"/, next: '{"' },
});

/** The verdict on a line, whole and in pieces of every size. */
function judge(line: string): Verdict {
  const bytes = encoder.encode(`x${line}y`);
  const verdict = prefilter.judge(bytes, 1, bytes.length - 1);
  const inner = bytes.subarray(1, -1);
  for (let size = 1; size <= inner.length; size++) {
    const pieces = prefilter.begin();
    let last = Verdict.Unsure;
    for (let i = 0; i < inner.length && last === Verdict.Unsure; i += size) {
      last = pieces.push(inner.subarray(i, i + size));
    }
    if (last === Verdict.Unsure) last = pieces.end();
    assertEquals(last, verdict, `${line} in pieces of ${size}`);
  }
  return verdict;
}

Deno.test("ContainsPrefilter keeps the lines that hold a word", () => {
  assertEquals(judge('{"type":"ask"}'), Verdict.Keep);
  assertEquals(judge('{ "type" : "reply" }'), Verdict.Keep);
  assertEquals(judge('é {"type":"reply"'), Verdict.Keep);
  assertEquals(judge('{"type":"asks"}'), Verdict.Skip);
  assertEquals(judge(""), Verdict.Skip);
});

Deno.test("ContainsPrefilter is unsure of lines that hold an escaped letter", () => {
  assertEquals(judge(String.raw`{"type":"\u0061sk"}`), Verdict.Unsure);
  assertEquals(judge(String.raw`{"type":"\u001bsk"}`), Verdict.Skip);
  assertEquals(judge(String.raw`{"a":"\u0061","type":"ask"}`), Verdict.Keep);
});

Deno.test("ContainsPrefilter skips other lines, unless an object is glued to them", () => {
  assertEquals(judge('{"other":"ask"}'), Verdict.Skip);
  assertEquals(judge('{"other":{"type":"ask"}}'), Verdict.Keep);
  assertEquals(judge('{"other":"x{"type":"said"}'), Verdict.Skip);
  assertEquals(judge(' {"other":"ask"}'), Verdict.Keep);
});

Deno.test("ContainsPrefilter keeps the lines that start as given", () => {
  assertEquals(judge("begin"), Verdict.Keep);
  assertEquals(judge(" begin"), Verdict.Skip);
});
