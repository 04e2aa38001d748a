import { assertEquals } from "@std/assert";
import { copilot } from "../../src/dialect/copilot/copilot.ts";
import { recognise } from "../../src/dialect/dialects.ts";
import { outline } from "../support/outline.ts";
import {
  type DecodedLog,
  decodeLog,
  type DecodeOptions,
} from "../support/session_logs.ts";

type Line = Record<string, unknown>;

const encoder = new TextEncoder();

/** Decodes lines, each a text or an object to be written as JSON. */
function decode(lines: (string | Line)[], options?: DecodeOptions): DecodedLog {
  const texts = lines.map((it) =>
    (typeof it === "string" ? it : JSON.stringify(it)) + "\n"
  );
  return decodeLog(copilot, texts.join(""), options);
}
const SID = "c0b11011-0000-4000-8000-000000000001";

const timeOf = (n: number) =>
  new Date(Date.UTC(2026, 0, 2) + n * 1000).toJSON();

/** A line of a session; `n` makes its id and its time. */
const line = (
  type: string,
  n: number,
  data: Line,
  members: Line = {},
): Line => ({
  ...{ type, data, id: `e${n}`, timestamp: timeOf(n), parentId: `e${n - 1}` },
  ...members,
});

const start = line("session.start", 0, {
  ...{ sessionId: SID, version: 1, producer: "copilot-agent" },
  context: { cwd: "/w" },
});
const user = (
  n: number,
  content: unknown,
  data: Line = {},
  members: Line = {},
) =>
  line("user.message", n, {
    ...{ content, transformedContent: `<now>${content}`, delivery: "idle" },
    ...{ interactionId: "I1", ...data },
  }, members);
const say = (n: number, content: string, data: Line = {}, members: Line = {}) =>
  line("assistant.message", n, {
    ...{ messageId: `m${n}`, content, toolRequests: [] },
    ...{ interactionId: "I1", turnId: "0", ...data },
  }, members);
const tools = { toolRequests: [{ toolCallId: "t", name: "bash" }] };
const turnEnd = (n: number, members: Line = {}) =>
  line("assistant.turn_end", n, { turnId: "0" }, members);
const abort = (n: number) => line("abort", n, { reason: "user_initiated" });
const error = (n: number) =>
  line("session.error", n, { errorType: "rate_limit", message: "no answer" });
const shutdown = (n: number) =>
  line("session.shutdown", n, { shutdownType: "routine" });

/** What a session says; none of its lines may be rejected. */
function outlineOf(...lines: (string | Line)[]): string[] {
  const { events, rejected } = decode([start, ...lines]);
  assertEquals(rejected, []);
  return outline(events);
}

Deno.test("copilot decodes a prompt, its answer, its end and the session's", () => {
  const log = [start, user(1, "hi"), say(2, "yo"), turnEnd(3), shutdown(4)];
  const { events } = decode(log);
  const all = (n: number) => ({
    ...{ sid: SID, pid: 0, turnId: "I1", agent: "copilot", cwd: "/w" },
    ...{ t: timeOf(n), at: Date.parse(timeOf(n)), key: `copilot|e${n}` },
  });
  const promptKey = "copilot|e1";
  assertEquals(events, [
    { ...all(1), kind: "prompt", text: "hi" },
    { ...all(2), kind: "answer", text: "yo", promptKey },
    { ...all(3), kind: "end", outcome: "completed", reason: null, promptKey },
    { ...all(4), kind: "session end", reason: "routine" },
  ]);
});

Deno.test("copilot recognises a session by its first line alone", () => {
  const other = { ...start, data: { sessionId: SID, producer: "other" } };
  const logs: [(string | Line)[], boolean][] = [
    [[start, user(1, "hi")], true],
    [[other], false],
    [[user(1, "hi"), start], false],
    [["{", start], false],
  ];
  for (const [lines, expected] of logs) {
    const text = lines.map((it) =>
      (typeof it === "string" ? it : JSON.stringify(it)) + "\n"
    ).join("");
    const name = recognise(encoder.encode(text), "events.jsonl").name;
    assertEquals(name === "copilot", expected, text);
  }
});

Deno.test("copilot ends a turn with the call of the model that asks for no tool", () => {
  assertEquals(
    outlineOf(
      user(1, "hi"),
      say(2, "first a look", tools),
      turnEnd(3),
      say(4, "", tools),
      turnEnd(5),
      say(6, "yo"),
      turnEnd(7),
      turnEnd(8),
    ),
    [
      ...["prompt: hi", "answer to hi: first a look", "answer to hi: yo"],
      "end of hi: completed, null",
    ],
  );
});

Deno.test("copilot takes a message without text for no answer, but for the end", () => {
  assertEquals(
    outlineOf(user(1, "hi"), say(2, ""), turnEnd(3)),
    ["prompt: hi", "end of hi: completed, null"],
  );
});

Deno.test("copilot ends a turn with the call in which the task is done", () => {
  const complete = (success: boolean) =>
    line("session.task_complete", 3, { summary: "all", success });
  assertEquals(
    outlineOf(user(1, "hi"), say(2, "", tools), complete(true), turnEnd(4)),
    ["prompt: hi", "end of hi: completed, null"],
  );
  assertEquals(
    outlineOf(user(1, "hi"), say(2, "", tools), complete(false), turnEnd(4)),
    ["prompt: hi"],
  );
});

Deno.test("copilot fails a turn whose call of the model ends with nothing but an error", () => {
  assertEquals(
    outlineOf(error(1), user(2, "hi"), turnEnd(3), error(4), error(5)),
    ["prompt: hi", "end of hi: failed, no answer"],
  );
  assertEquals(
    outlineOf(
      user(1, "hi"),
      say(2, "a look", tools),
      error(3),
      turnEnd(4),
      error(5),
      turnEnd(6),
      error(7),
    ),
    ["prompt: hi", "answer to hi: a look", "end of hi: failed, no answer"],
  );
  assertEquals(
    outlineOf(turnEnd(1), user(2, "hi"), error(3)),
    ["prompt: hi"],
  );
});

Deno.test("copilot aborts an open turn alone", () => {
  assertEquals(
    outlineOf(abort(1), user(2, "hi"), abort(3), abort(4), turnEnd(5)),
    ["prompt: hi", "end of hi: aborted, user_initiated"],
  );
  assertEquals(
    outlineOf(user(1, "hi"), shutdown(2), abort(3)),
    ["prompt: hi", "session end: routine"],
  );
});

Deno.test("copilot takes a steering prompt for a turn of the same interaction", () => {
  const log = [
    ...[start, user(1, "hi"), say(2, "", tools), turnEnd(3)],
    user(4, "and that", { delivery: "steering" }),
    ...[say(5, "yo"), user(6, "wait", { delivery: "steering" }), turnEnd(7)],
  ];
  const { events } = decode(log);
  assertEquals(outline(events), [
    ...["prompt: hi", "prompt: and that", "answer to and that: yo"],
    ...["prompt: wait", "end of wait: completed, null"],
  ]);
  assertEquals(events.every(({ turnId }) => turnId === "I1"), true);
});

Deno.test("copilot leaves out what an agent and its sub-agents write to each other", () => {
  const agent = { agentId: "call_1" };
  const parent = { parentToolCallId: "call_1" };
  assertEquals(
    outlineOf(
      user(1, "hi"),
      user(2, "look", {}, agent),
      say(3, "seen", {}, agent),
      turnEnd(4, agent),
      say(5, "seen", parent),
      say(6, "yo", { parentToolCallId: null }, { agentId: null }),
    ),
    ["prompt: hi", "answer to hi: yo"],
  );
});

Deno.test("copilot takes messages that no person wrote for no prompts", () => {
  assertEquals(
    outlineOf(
      user(1, "hi"),
      user(2, "skill", { source: "skill-pdf" }),
      user(3, "task", { source: "agent-x" }),
      user(4, "note", { source: "system" }),
      user(5, "", { isAutopilotContinuation: true, interactionId: "I2" }),
      say(6, "yo", { interactionId: "I2" }),
      user(7, "more", { source: "user", isAutopilotContinuation: false }),
      user(8, ""),
    ),
    ["prompt: hi", "answer to hi: yo", "prompt: more", "prompt: "],
  );
});

Deno.test("copilot joins the pieces of a message", () => {
  const piece = (n: number, content: string, chunkIndex: number, data = {}) =>
    say(n, content, { messageId: "m", chunkIndex, chunkCount: 3, ...data });
  assertEquals(
    outlineOf(
      user(1, "hi"),
      piece(2, "a", 0, tools),
      piece(3, "b", 1),
      piece(3, "b", 1),
      piece(4, "c", 2),
      turnEnd(5),
      say(6, "d", { messageId: undefined }),
      turnEnd(7),
    ),
    [
      ...["prompt: hi", "answer to hi: a", "answer to hi: ab"],
      ...["answer to hi: ab", "answer to hi: abc", "answer to hi: d"],
      "end of hi: completed, null",
    ],
  );
});

Deno.test("copilot follows the directory that the agent works in", () => {
  const { events } = decode([
    ...[start, user(1, "a")],
    line("session.resume", 2, { context: { cwd: "/v" } }),
    ...[user(3, "b"), line("session.context_changed", 4, { cwd: "/u" })],
    ...[user(5, "c"), line("session.resume", 6, {}), user(7, "d")],
  ]);
  assertEquals(events.map(({ cwd }) => cwd), ["/w", "/v", "/u", "/u"]);
});

Deno.test("copilot begins another session at each session.start", () => {
  const other = line("session.start", 4, { sessionId: "other" });
  const log = [
    start,
    user(1, "hi"),
    shutdown(2),
    other,
    say(5, "yo"),
    abort(6),
  ];
  const { events } = decode(log);
  const found = events.map((it) => [it.kind, it.sid, it.cwd, it.turnId]);
  assertEquals(found, [
    ["prompt", SID, "/w", "I1"],
    ["session end", SID, "/w", "I1"],
    ["answer", "other", null, "I1"],
  ]);
});

Deno.test("copilot rejects an event that has no session, id, time or text", () => {
  const rejected: [(string | Line)[], string][] = [
    [[user(1, "hi")], "no session.start precedes it"],
    [[line("session.start", 0, {})], "it has no sessionId"],
    [[start, user(1, undefined)], "it has no message text"],
    [[start, { ...user(1, "hi"), id: undefined }], "it has no id"],
    [[start, { ...say(1, "hi"), timestamp: 5 }], "its timestamp is not a time"],
    [[start, JSON.stringify(user(1, "hi")).slice(0, -9)], "not JSON"],
  ];
  for (const [lines, reason] of rejected) {
    const { events, rejected } = decode(lines);
    assertEquals([events, rejected[0]?.reason], [[], reason]);
  }
});

Deno.test("copilot ignores other lines, other JSON and other text", () => {
  assertEquals(
    outlineOf(
      ...["", "null", "[]", "7", '"user.message"', "# text", '{"type":"hook'],
      line("assistant.turn_start", 1, { turnId: "0" }),
      line("tool.execution_complete", 2, { result: user(3, "hi") }),
      line("system.message", 3, { content: "user.message" }),
      { data: {}, id: "e4" },
      '{"type":"tool.execution_complete" broken "user.message"',
    ),
    [],
  );
});

Deno.test("copilot-cli#4098: copilot decodes the line that is glued to a torn one", () => {
  const tool = line("tool.execution_complete", 9, { result: "{" });
  const heads: [string, boolean][] = [
    [JSON.stringify(user(9, "lost")).slice(0, 60), true],
    [JSON.stringify(tool).slice(0, -30), false],
    [JSON.stringify(line("hook.end", 9, {})).slice(0, 12), false],
  ];
  for (const [head, isLost] of heads) {
    const glued = head + JSON.stringify(user(1, "hi {there}"));
    const { events, rejected } = decode([start, glued], { isFiltered: true });
    assertEquals(outline(events), ["prompt: hi {there}"], head);
    assertEquals(rejected.map(({ text }) => text), isLost ? [head] : []);
  }
});

Deno.test("copilot-cli#2012: copilot splits lines at LF alone", () => {
  const hi = JSON.stringify(user(1, "a\u2028b\u2029c\u0085d"));
  assertEquals(outlineOf(hi), ["prompt: a\u2028b\u2029c\u0085d"]);
});

Deno.test("copilot-cli#2217: copilot strips NULs and CR at either end of a line", () => {
  const hi = JSON.stringify(user(1, "hi"));
  for (const it of [hi + "\r", hi + "\0\0\0", "\0\0" + hi, "\uFEFF" + hi]) {
    assertEquals(outlineOf(it), ["prompt: hi"]);
  }
  const head = encoder.encode("\0\0" + JSON.stringify(start) + "\0\r\n");
  assertEquals(copilot.recognises(head, "events.jsonl"), true);
});

Deno.test("getspecstory#108, skillreaper#33: one bad line costs copilot one line", () => {
  const log = [
    start,
    user(1, "hi"),
    "{".repeat(300_000),
    say(2, "yo"),
    turnEnd(3),
  ];
  const { events } = decode(log);
  assertEquals(outline(events).length, 3);
});

Deno.test("copilot opens each line that is an object, with what its turn is found by", () => {
  const decoder = copilot.decoder(null);
  const both = (it: Line) => {
    const text = JSON.stringify(it);
    return [text, encoder.encode(text + "\n")] as const;
  };
  assertEquals(decoder.open(...both(user(1, "hi"))).envelope?.owner, null);
  decoder.decode(...both(start));
  decoder.decode(...both(user(1, "hi")));
  const tool = both(line("tool.execution_complete", 2, {}));
  assertEquals(decoder.open(...tool).envelope, {
    bytes: tool[1],
    owner: { sid: SID, pid: 0, at: Date.parse(timeOf(2)), turnId: "I1" },
  });
});
