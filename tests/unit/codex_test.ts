import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { codex } from "../../src/dialect/sse/sse.ts";
import type { Decoded, TurnEvent } from "../../src/turns/event.ts";
import {
  answer,
  envelope,
  lineOf,
  message,
  prompt,
} from "../support/envelope.ts";

const IGNORED: Decoded = { event: null, rejection: null };

/** The line of an envelope in which some keys are other ones. */
function lineWith(event: TurnEvent, changes: Record<string, unknown>): string {
  return JSON.stringify({ ...envelope(event), ...changes });
}

function assertEvent(line: string, event: TurnEvent, message?: string) {
  assertEquals(codex.decode(line), { event, rejection: null }, message);
}

function assertRejected(line: string, reason: string) {
  const { event, rejection } = codex.decode(line);
  assertEquals(event, null);
  assert(rejection !== null, `not rejected: ${line}`);
  assertStringIncludes(rejection.reason, reason);
  assertEquals(rejection.torn, false);
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}`;

Deno.test("codex decodes a prompt and an answer of the current writer", () => {
  const question = prompt({ turnId: "30", text: 'a "b"\n👋' });
  const reply = answer({ turnId: "30" });
  assertEvent(lineOf(question), question);
  assertEvent(lineOf(reply), reply);
});

Deno.test("codex accepts each variant of line", () => {
  const event = prompt();
  const json = JSON.stringify({ type: "turn.user_message", message: "hello" });
  for (
    const line of [`data:${json}`, `data: ${json}`, `data:  ${json}`, json]
  ) {
    assertEvent(lineWith(event, { line }), event, line);
  }
  assertEvent(lineWith(event, { line: JSON.parse(json) }), event);
});

Deno.test("codex accepts each variant of metadata, pid and turn_id", () => {
  const named = prompt({ pid: 7, turnId: "12" });
  for (
    const metadata of [
      { turn_id: "12", pid: 7 },
      { turn_id: 12, pid: 7 },
      { turn_id: "12", pid: "7" },
      '{"turn_id":"12","pid":"007"}',
      '{"turn_id":12,"pid":7.0}',
    ]
  ) assertEvent(lineWith(named, { metadata }), named);
  const old = prompt({ pid: 7 });
  for (
    const metadata of [
      {},
      { turn_id: "unknown" },
      { turn_id: "" },
      { turn_id: null },
      null,
    ]
  ) assertEvent(lineWith(old, { metadata, pid: 7 }), old);
  const zero = prompt({ pid: 0 });
  assertEvent(lineOf(zero).replace('pid\\":0', 'pid\\":-0'), zero);
});

Deno.test("codex prefers the pid of the metadata to the one beside it", () => {
  const event = prompt({ pid: 7 });
  assertEvent(lineWith(event, { pid: 8 }), event);
});

Deno.test("codex takes the event's name from the data where the key event is absent", () => {
  const event = answer();
  assertEvent(lineWith(event, { event: undefined }), event);
  assertEvent(lineWith(event, { event: null }), event);
});

Deno.test("codex reads keys in any order, with white space, CR and BOM", () => {
  const event = prompt({ turnId: "1" });
  const reversed = Object.fromEntries(
    Object.entries(envelope(event)).reverse(),
  );
  assertEvent(JSON.stringify(reversed), event);
  assertEvent(
    JSON.stringify(reversed, null, 1).replaceAll("\n", " ") + " \r",
    event,
  );
  assertEvent("\uFEFF" + lineOf(event), event);
});

Deno.test("codex reads names that are written with escapes", () => {
  const event = prompt();
  const line = lineOf(event);
  assertEvent(line.replace('{"event"', '{"\\u0065vent"'), event);
  assertEvent(line.replace('"turn.user', '"turn\\u002euser'), event);
});

Deno.test("codex joins the parts of an answer's content", () => {
  const event = answer({ text: "ab" });
  const parts = [
    { type: "output_text", text: "a" },
    { type: "output_image", text: "not text" },
    { text: "b" },
  ];
  const done = (content: unknown) =>
    data({ item: { ...message(""), content } });
  assertEvent(lineWith(event, { line: done(parts) }), event);
  const refusal = [{ type: "refusal", refusal: "no" }];
  assertEvent(lineWith(event, { line: done(refusal) }), answer({ text: "no" }));
});

Deno.test("codex finds the item in the payload and the message beside it", () => {
  const reply = answer();
  const line = data({ payload: { item: message("hello") } });
  assertEvent(lineWith(reply, { line }), reply);
  const question = prompt();
  assertEvent(
    lineWith(question, { line: data({ message: "hello" }) }),
    question,
  );
});

Deno.test("codex accepts an empty prompt, as one that is only images", () => {
  const event = prompt({ text: "" });
  assertEvent(lineOf(event), event);
});

Deno.test("codex turns lone surrogates into U+FFFD and keeps U+0000", () => {
  const line = lineOf(prompt({ text: "X" })).replace("X", "\\\\ud83d\\\\u0000");
  assertEvent(line, prompt({ text: "\uFFFD\u0000" }));
});

Deno.test("codex turns lone surrogates in ids into U+FFFD", () => {
  const line = lineOf(prompt({ sid: "sX", turnId: "tX" })).replaceAll(
    /(s|t)X/g,
    "$1\\ud83d",
  ).replace('"t\\ud83d', '"t\\\\ud83d');
  const { event } = codex.decode(line);
  assertEquals([event?.sid, event?.turnId], ["s\uFFFD", "t\uFFFD"]);
});

Deno.test("codex ignores items that are not assistant messages, whatever they lack", () => {
  for (const type of ["reasoning", "function_call", "custom_tool_call"]) {
    const line = data({ item: { type } });
    assertEquals(codex.decode(lineWith(answer(), { line, sid: 1 })), IGNORED);
  }
  const line = data({ item: { ...message("x"), role: "user" } });
  assertEquals(codex.decode(lineWith(answer(), { line })), IGNORED);
});

Deno.test("codex ignores other events, other JSON and other text", () => {
  for (
    const line of [
      "",
      "# a comment",
      "null",
      "[1]",
      '"turn.user_message"',
      '["turn.user_message"]',
      '{"a":"turn.user_message"}',
      '{"event":7,"line":"turn.user_message"}',
      '{"event":"turn.delta","t":1}',
      '{"t":1,"event":"turn.delta","line":"turn.user_message"}',
      '{"t":1,"line":"data: {broken turn.user_message"}',
    ]
  ) assertEquals(codex.decode(line), IGNORED, line);
});

Deno.test("codex ignores a line by its first bytes, whatever the rest is", () => {
  const whole = lineOf(prompt());
  for (const name of ["turn.delta", "a", "A-b_0.9", "turn.user_messages"]) {
    assertEquals(codex.decode(`{"event":"${name}" broken ${whole}`), IGNORED);
  }
});

Deno.test("codex takes no shortcut where the first bytes are not its", () => {
  const event = prompt();
  const rest = lineOf(event).slice(1);
  assertEvent(`{"event":"","event":"turn.delta",${rest}`, event);
  assertEvent(`{"event":"a b",${rest}`, event);
  assertEvent(`{ "event":"turn.delta",${rest}`, event);
});

Deno.test("codex ignores the log inside the log", () => {
  let inner = lineOf(prompt());
  for (let depth = 0; depth < 6; depth++) {
    inner = JSON.stringify({ stdout: inner });
    const line = `data: ${inner}`;
    const sid = "s";
    assertEquals(
      codex.decode(JSON.stringify({ event: "turn.exec.end", line, sid })),
      IGNORED,
    );
    assertEquals(
      codex.decode(JSON.stringify({ sid, line, event: "turn.exec.end" })),
      IGNORED,
    );
  }
});

Deno.test("codex rejects an event that cannot be decoded, and says why", () => {
  const event = prompt();
  assertRejected(lineOf(event).slice(0, -1), "not JSON");
  assertRejected("response.output_item.done", "not JSON");
  assertRejected(lineWith(event, { sid: undefined }), "no sid");
  assertRejected(lineWith(event, { sid: "" }), "no sid");
  assertRejected(lineWith(event, { sid: 5 }), "no sid");
  for (
    const pid of [undefined, -1, 1.5, 2 ** 53, "x", "", "1e3", "-1", true, [1]]
  ) {
    assertRejected(lineWith(event, { metadata: { pid } }), "pid is not");
  }
  assertRejected(lineWith(event, { metadata: "{" }), "metadata");
  assertRejected(lineWith(event, { metadata: [] }), "metadata");
  for (const t of [undefined, 5, "yesterday"]) {
    assertRejected(lineWith(event, { t }), "t is not a timestamp");
  }
  for (const line of [undefined, 5, "data: {", "data: []", "data: [DONE]"]) {
    assertRejected(lineWith(event, { line }), "no JSON object");
  }
  assertRejected(lineWith(event, { line: data({}) }), "no message text");
  assertRejected(lineWith(answer(), { line: data({}) }), "no item");
  const empty = data({ item: { ...message(""), content: [] } });
  assertRejected(lineWith(answer(), { line: empty }), "no message text");
});

Deno.test("codex saves the whole envelope glued to a torn one, and rejects the head", () => {
  const event = answer({ turnId: "2" });
  const line = lineOf(event);
  for (let cut = 1; cut < line.length; cut++) {
    const decoded = codex.decode(line.slice(0, cut) + line);
    assertEquals(decoded.event, event, `cut at ${cut}`);
    assertEquals(decoded.rejection?.torn, true);
  }
});

Deno.test("codex rejects only the head where a whole envelope of another event is glued to it", () => {
  const head = lineOf(prompt()).slice(0, 80);
  const { event, rejection } = codex.decode(`${head}{"event":"turn.delta"}`);
  assertEquals(event, null);
  assertEquals(rejection?.torn, true);
});

Deno.test("codex rejects a line whose last envelope is broken too, once", () => {
  const half = lineOf(prompt()).slice(0, 100);
  assertRejected(half + half, "not JSON");
});

Deno.test("codex is not led astray by names that objects inherit", () => {
  const line =
    '{"__proto__":{"event":"turn.user_message"},"constructor":1,"sid":"s"}';
  assertEquals(codex.decode(line), IGNORED);
  assertEquals(codex.decode('{"t":1,"event":"constructor"}'), IGNORED);
});

Deno.test("codex survives 100,000 brackets", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const event = prompt();
  assertEvent(
    lineOf(event).replace('"sid"', `"extra":${deep},"sid"`),
    event,
  );
  assertRejected(`turn.user_message ${"[".repeat(100_000)}`, "not JSON");
});
