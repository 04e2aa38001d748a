import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Decoded } from "../../src/dialect/dialect.ts";
import { sse } from "../../src/dialect/sse/sse.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import {
  answer,
  end,
  envelope,
  lineOf,
  message,
  prompt,
  sessionEnd,
} from "../support/envelope.ts";

const IGNORED: Decoded = { events: [], rejection: null };
const encoder = new TextEncoder();

/** Decodes a line as text and as its bytes. */
function decode(line: string): Decoded {
  return sse.decoder(null).decode(line, encoder.encode(line + "\n"));
}

/** The line of an envelope with some keys changed. */
function lineWith(event: TurnEvent, changes: Record<string, unknown>): string {
  return JSON.stringify({ ...envelope(event), ...changes });
}

function assertEvent(line: string, event: TurnEvent, message?: string) {
  assertEquals(decode(line), { events: [event], rejection: null }, message);
}

function assertRejected(line: string, reason: string) {
  const { events, rejection } = decode(line);
  assertEquals(events, []);
  assert(rejection !== null, `not rejected: ${line}`);
  assertStringIncludes(rejection.reason, reason);
  assertEquals(rejection.bytes, encoder.encode(line + "\n"));
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}`;

Deno.test("sse decodes a prompt and an answer of the current writer", () => {
  const question = prompt({ turnId: "30", text: 'a "b"\n👋' });
  const reply = answer({ turnId: "30" });
  assertEvent(lineOf(question), question);
  assertEvent(lineOf(reply), reply);
});

Deno.test("sse decodes the ends of turns and of sessions", () => {
  const fields = { turnId: "30", cwd: "/home/dev" };
  for (
    const event of [
      end(fields),
      end({ ...fields, outcome: "aborted", reason: "interrupted" }),
      sessionEnd({ cwd: "/home/dev" }),
      sessionEnd({ reason: "quit" }),
    ]
  ) {
    assertEvent(lineOf(event), event);
    // In old records only the data names the event.
    assertEvent(lineWith(event, { event: undefined }), event);
  }
});

Deno.test("SPEC 3b: the key of an end is sid|pid|t|event|turn_id", () => {
  const keys = [
    ...[end({ turnId: "30" }), end({ outcome: "aborted" }), sessionEnd()],
  ].map((event) => decode(lineOf(event)).events[0].key);
  const { sid, pid, t } = prompt();
  assertEquals(keys, [
    `${sid}|${pid}|${t}|turn.response.completed|30`,
    `${sid}|${pid}|${t}|turn.response.aborted|`,
    `${sid}|${pid}|${t}|turn.shutdown_complete|`,
  ]);
});

Deno.test("SPEC 3b: sse finds the reason of an end in the payload, or beside it", () => {
  const aborted = (reason: string | null) =>
    end({ outcome: "aborted", reason });
  const cases: [data: unknown, reason: string | null][] = [
    [{ payload: { reason: "replaced" } }, "replaced"],
    [{ reason: "replaced" }, "replaced"],
    [{ payload: null, reason: "replaced" }, "replaced"],
    [{ payload: { reason: "" }, reason: "replaced" }, ""],
    [{ payload: { reason: "X\ud83d" } }, "X\uFFFD"],
    [{ payload: { reason: 7 } }, null],
    [{ payload: { reason: 7 }, reason: "replaced" }, "replaced"],
    [{ payload: {} }, null],
    [{}, null],
  ];
  for (const [value, reason] of cases) {
    const event = aborted(reason);
    assertEvent(lineWith(event, { line: data(value) }), event);
  }
  const stopped = end({ reason: "end_turn" });
  const line = data({ payload: { stop_reason: "end_turn", reason: "no" } });
  assertEvent(lineWith(stopped, { line }), stopped);
});

Deno.test("sse takes the directory of the agent from the metadata, if it is a text", () => {
  for (const event of [prompt({ cwd: "/a\u0000" }), answer({ cwd: "/a" })]) {
    assertEvent(lineOf(event), event);
    const metadata = { pid: event.pid, cwd: 7 };
    assertEvent(lineWith(event, { metadata }), { ...event, cwd: null });
  }
});

Deno.test("sse ignores events that only sound like ends", () => {
  for (const name of ["response.completed", "codex.idle", "turn.response"]) {
    assertEquals(decode(lineWith(end(), { event: name })), IGNORED);
  }
});

Deno.test("sse accepts each variant of line", () => {
  const event = prompt();
  const json = JSON.stringify({ type: "turn.user_message", message: "hello" });
  for (
    const line of [`data:${json}`, `data: ${json}`, `data:  ${json}`, json]
  ) {
    assertEvent(lineWith(event, { line }), event, line);
  }
  assertEvent(lineWith(event, { line: JSON.parse(json) }), event);
});

Deno.test("sse accepts each variant of metadata, pid and turn_id", () => {
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

Deno.test("sse prefers the pid of the metadata to that of the envelope", () => {
  const event = prompt({ pid: 7 });
  assertEvent(lineWith(event, { pid: 8 }), event);
});

Deno.test("sse takes the event's name from the data if the key event is absent", () => {
  const event = answer();
  assertEvent(lineWith(event, { event: undefined }), event);
  assertEvent(lineWith(event, { event: null }), event);
});

Deno.test("sse decodes keys in any order, with white space, CR and BOM", () => {
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

Deno.test("sse decodes names with escapes", () => {
  const event = prompt();
  const line = lineOf(event);
  assertEvent(line.replace('{"event"', '{"\\u0065vent"'), event);
  assertEvent(line.replace('"turn.user', '"turn\\u002euser'), event);
});

Deno.test("sse joins the parts of an answer's content", () => {
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

Deno.test("SPEC 1: a message item without a text part is an answer whose text is empty", () => {
  const event = answer({ text: "" });
  for (const content of [[], undefined, "text", [{ type: "output_image" }]]) {
    const line = data({ item: { ...message(""), content } });
    assertEvent(lineWith(event, { line }), event);
  }
});

Deno.test("sse finds the item in the payload, and the message outside it", () => {
  const reply = answer();
  const line = data({ payload: { item: message("hello") } });
  assertEvent(lineWith(reply, { line }), reply);
  const question = prompt();
  assertEvent(
    lineWith(question, { line: data({ message: "hello" }) }),
    question,
  );
});

Deno.test("sse accepts an empty prompt, such as one of only images", () => {
  const event = prompt({ text: "" });
  assertEvent(lineOf(event), event);
});

Deno.test("sse turns lone surrogates into U+FFFD and keeps U+0000", () => {
  const line = lineOf(prompt({ text: "X" })).replace("X", "\\\\ud83d\\\\u0000");
  assertEvent(line, prompt({ text: "\uFFFD\u0000" }));
});

Deno.test("sse turns lone surrogates in ids into U+FFFD", () => {
  const line = lineOf(prompt({ sid: "sX", turnId: "tX" })).replaceAll(
    /(s|t)X/g,
    "$1\\ud83d",
  ).replace('"t\\ud83d', '"t\\\\ud83d');
  const { events: [event] } = decode(line);
  assertEquals([event?.sid, event?.turnId], ["s\uFFFD", "t\uFFFD"]);
});

Deno.test("sse ignores items that are not assistant messages, whatever they lack", () => {
  for (const type of ["reasoning", "function_call", "custom_tool_call"]) {
    const line = data({ item: { type } });
    assertEquals(decode(lineWith(answer(), { line, sid: 1 })), IGNORED);
  }
  const line = data({ item: { ...message("x"), role: "user" } });
  assertEquals(decode(lineWith(answer(), { line })), IGNORED);
});

Deno.test("sse ignores other events, other JSON and other text", () => {
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
  ) assertEquals(decode(line), IGNORED, line);
});

Deno.test("sse ignores a line by its first bytes, whatever follows", () => {
  const whole = lineOf(prompt());
  for (const name of ["turn.delta", "a", "A-b_0.9", "turn.user_messages"]) {
    assertEquals(decode(`{"event":"${name}" broken ${whole}`), IGNORED);
  }
});

Deno.test("sse takes no shortcut if the first bytes have another form", () => {
  const event = prompt();
  const rest = lineOf(event).slice(1);
  assertEvent(`{"event":"","event":"turn.delta",${rest}`, event);
  assertEvent(`{"event":"a b",${rest}`, event);
  assertEvent(`{ "event":"turn.delta",${rest}`, event);
});

Deno.test("sse ignores the log inside the log", () => {
  let inner = lineOf(prompt());
  for (let depth = 0; depth < 6; depth++) {
    inner = JSON.stringify({ stdout: inner });
    const line = `data: ${inner}`;
    const sid = "s";
    assertEquals(
      decode(JSON.stringify({ event: "turn.exec.end", line, sid })),
      IGNORED,
    );
    assertEquals(
      decode(JSON.stringify({ sid, line, event: "turn.exec.end" })),
      IGNORED,
    );
  }
});

Deno.test("sse rejects an event that cannot be decoded, and says why", () => {
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
  for (const event of [end(), end({ outcome: "aborted" }), sessionEnd()]) {
    assertRejected(lineOf(event).slice(0, -1), "not JSON");
    assertRejected(lineWith(event, { sid: "" }), "no sid");
    assertRejected(lineWith(event, { metadata: {} }), "pid is not");
    assertRejected(lineWith(event, { t: "yesterday" }), "not a timestamp");
    assertRejected(lineWith(event, { line: "data: {" }), "no JSON object");
  }
});

Deno.test("sse decodes the whole envelope glued to a torn one, and rejects the head", () => {
  const event = answer({ turnId: "2" });
  const line = lineOf(event);
  for (let cut = 1; cut < line.length; cut++) {
    const decoded = decode(line.slice(0, cut) + line);
    assertEquals(decoded.events, [event], `cut at ${cut}`);
    const head = encoder.encode(line.slice(0, cut));
    assertEquals(decoded.rejection?.bytes, head);
  }
});

Deno.test("sse opens no envelope that is glued to one of an event that it ignores", () => {
  const half = '{"event":"turn.exec.end","line":"data: ha';
  const line = half + lineOf(prompt());
  assertEquals(decode(line), IGNORED);
  const opened = sse.decoder(null).open(line, encoder.encode(line));
  assertEquals(opened, { envelope: null, rejection: null });
});

Deno.test("sse rejects only the head if a whole envelope of another event is glued to it", () => {
  const head = lineOf(prompt()).slice(0, 80);
  const { events, rejection } = decode(`${head}{"event":"turn.delta"}`);
  assertEquals(events, []);
  assertEquals(rejection?.bytes, encoder.encode(head));
});

Deno.test("sse rejects a line whose last envelope is broken too, once", () => {
  const half = lineOf(prompt()).slice(0, 100);
  assertRejected(half + half, "not JSON");
});

Deno.test("sse ignores names that objects inherit", () => {
  const line =
    '{"__proto__":{"event":"turn.user_message"},"constructor":1,"sid":"s"}';
  assertEquals(decode(line), IGNORED);
  assertEquals(decode('{"t":1,"event":"constructor"}'), IGNORED);
});

Deno.test("sse survives 100,000 brackets", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const event = prompt();
  assertEvent(
    lineOf(event).replace('"sid"', `"extra":${deep},"sid"`),
    event,
  );
  assertRejected(`turn.user_message ${"[".repeat(100_000)}`, "not JSON");
});
