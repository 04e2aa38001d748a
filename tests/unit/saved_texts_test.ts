import { assert, assertEquals } from "@std/assert";
import { dialectNamed } from "../../src/dialect/dialects.ts";
import { withoutTexts } from "../../src/turns/saved_texts.ts";
import { decodeLog } from "../support/session_logs.ts";

Deno.test("withoutTexts empties texts that a turn has, whole or in pieces", () => {
  const saved = { text: "piece", a: [{ text: "other" }], call: "answer" };
  const without = (...texts: string[]) =>
    JSON.parse(withoutTexts(JSON.stringify(saved), texts));
  assertEquals(without("a piece of the answer"), { ...saved, text: "" });
  assertEquals(without("ie"), { ...saved, text: "" });
  assertEquals(without("the other"), { ...saved, a: [{ text: "" }] });
  assertEquals(without("else", ""), saved);
});

Deno.test("withoutTexts returns as it is what has no such text, or is not JSON", () => {
  for (const saved of ['{ "text":"a" }', "text", '{"text":7}', ""]) {
    assertEquals(withoutTexts(saved, ["b"]), saved);
  }
});

const LOGS: [dialect: string, log: string][] = [
  ["sse", "testdata/golden.jsonl"],
  ["sse", "testdata/sse/claude.jsonl"],
  ["codex", "testdata/codex/legacy.jsonl"],
  ["codex", "testdata/codex/paginated.jsonl"],
  ["claude", "testdata/claude/session.jsonl"],
  ["copilot", "testdata/copilot/session.jsonl"],
  ["pi", "testdata/pi/session.jsonl"],
];

for (const [name, log] of LOGS) {
  Deno.test(`withoutTexts leaves no text in what ${name} saves of ${log}`, () => {
    const states: string[] = [];
    const { events } = decodeLog(dialectNamed(name)!, Deno.readFileSync(log), {
      afterLine: (decoder) => void states.push(decoder.save() ?? "{}"),
    });
    const texts = events.flatMap((event) =>
      "text" in event && event.text.length > 8 ? event.text : []
    );
    assert(texts.length > 3);
    for (const state of states) {
      const rest = withoutTexts(state, texts);
      for (const text of texts) {
        assert(!rest.includes(JSON.stringify(text).slice(1, -1)), rest);
      }
      JSON.parse(rest);
    }
  });
}
