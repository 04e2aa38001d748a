import { assertEquals } from "@std/assert";
import { recognise } from "../../src/dialect/dialects.ts";
import type { Json } from "../../src/dialect/json.ts";
import { pi } from "../../src/dialect/pi/pi.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { logOf, time } from "../support/rollouts.ts";
import { decodeLog, trackLogs } from "../support/session_logs.ts";

const encoder = new TextEncoder();
const decode = (log: string) => decodeLog(pi, log);

/** The first line of a session. */
function session(second: number, id: string, more: Json = {}): Json {
  const cwd = "/w";
  return {
    type: "session",
    version: 3,
    id,
    timestamp: time(second),
    cwd,
    ...more,
  };
}

/** An entry of a message; its id is its second. */
function entry(second: number, message: Json): Json {
  const [id, parentId] = [`e${second}`, `e${second - 1}`];
  return { type: "message", id, parentId, timestamp: time(second), message };
}

function user(second: number, text: string): Json {
  return entry(second, { role: "user", content: [{ type: "text", text }] });
}

function assistant(
  second: number,
  text: string,
  stopReason = "stop",
  more: Json = {},
): Json {
  const content = [
    { type: "thinking", thinking: "…" },
    ...(text === "" ? [] : [{ type: "text", text }]),
  ];
  return entry(second, { role: "assistant", content, stopReason, ...more });
}

function toolResult(second: number, text: string): Json {
  const content = [{ type: "text", text }];
  return entry(second, { role: "toolResult", toolCallId: "t", content });
}

function brief(log: string): string[] {
  return decode(log).events.map((event) =>
    event.kind === "end"
      ? `${event.outcome} ${event.reason}`
      : event.kind === "session end"
      ? event.kind
      : `${event.kind} ${event.text}`
  );
}

Deno.test("pi decodes a session", () => {
  const log = logOf(session(0, "S"), user(1, "hi"), assistant(3, "yo"));
  const { events, rejected } = decode(log);
  const all = { sid: "S", pid: 0, turnId: null, agent: "pi", cwd: "/w" };
  const at = Date.parse(time(0));
  const promptKey = `pi|e1|${time(1)}|prompt`;
  const last = { ...all, t: time(3), at: at + 3000, promptKey };
  assertEquals(events, [
    {
      ...{ kind: "prompt", ...all, t: time(1), at: at + 1000 },
      ...{ key: promptKey, text: "hi" },
    },
    { kind: "answer", ...last, key: `pi|e3|${time(3)}|answer`, text: "yo" },
    {
      ...{ kind: "end", ...last, key: `pi|e3|${time(3)}|end` },
      ...{ outcome: "completed", reason: "stop" },
    },
  ] as TurnEvent[]);
  assertEquals(rejected, []);
});

Deno.test("pi recognises a session by its first line", () => {
  const named = (line: Json) =>
    recognise(encoder.encode(logOf(line)), "a.jsonl").name;
  assertEquals(named(session(0, "S")), "pi");
  assertEquals(named({ type: "session", id: "S" }), "sse");
  assertEquals(named(user(1, "hi")), "sse");
});

Deno.test("pi completes a turn at stop and length, and not at toolUse", () => {
  const log = logOf(
    ...[session(0, "S"), user(1, "a"), assistant(2, "first", "toolUse")],
    ...[toolResult(3, "out"), assistant(4, "", "toolUse")],
    ...[assistant(5, "last", "length"), user(6, "b")],
  );
  assertEquals(brief(log), [
    ...["prompt a", "answer first", "answer last", "completed length"],
    "prompt b",
  ]);
});

Deno.test("pi takes no text of an aborted or failed entry for an answer", () => {
  const log = logOf(
    ...[session(0, "S"), user(1, "a"), assistant(2, "half", "aborted")],
    user(3, "b"),
    assistant(4, "half", "error", { errorMessage: "no such model" }),
  );
  assertEquals(brief(log), [
    ...["prompt a", "aborted aborted", "prompt b", "failed no such model"],
  ]);
});

Deno.test("pi joins the parts of a text with nothing between", () => {
  const content = [
    ...[{ type: "text", text: "a" }, { type: "image", data: "x" }],
    { type: "text", text: "b" },
  ];
  const log = logOf(
    ...[session(0, "S"), entry(1, { role: "user", content })],
    entry(2, { role: "user", content: "whole" }),
  );
  assertEquals(brief(log), ["prompt ab", "prompt whole"]);
});

Deno.test("pi takes results and commands of the shell for no prompts", () => {
  const log = logOf(
    ...[session(0, "S"), toolResult(1, "x")],
    entry(2, { role: "bashExecution", command: "ls", output: '"user"' }),
    { type: "custom", customType: "x", data: { role: "user" } },
    { type: "compaction", id: "c", timestamp: time(3), summary: "user" },
    assistant(4, "before any prompt"),
  );
  assertEquals(decode(log), { events: [], rejected: [] });
});

Deno.test("pi gives an answer to the last prompt in the file, in a tree too", () => {
  const rewound = { ...user(5, "b"), parentId: "e0" };
  const log = logOf(
    ...[session(0, "S"), user(1, "a"), assistant(2, "x")],
    ...[rewound, assistant(6, "y")],
  );
  const { turns } = trackLogs(pi, [log]);
  assertEquals(turns.map((turn) => [turn.user, turn.assistant, turn.outcome]), [
    ["a", "x", "completed"],
    ["b", "y", "completed"],
  ]);
});

Deno.test("pi keeps one identity for the entries that a fork copies, in any order", () => {
  const entries = [user(1, "a"), assistant(2, "x")];
  const parent = logOf(session(0, "P"), entries);
  for (const member of ["parentSession", "branchedFrom"]) {
    const more = { [member]: "/s/--w--/2026-01-02T03-00-00-000Z_P.jsonl" };
    const fork = logOf(
      ...[session(10, "F", more), entries],
      ...[user(11, "b"), assistant(12, "y")],
    );
    for (const logs of [[parent, fork], [fork, parent]]) {
      const { turns } = trackLogs(pi, logs);
      assertEquals(turns.map((turn) => [turn.sid, turn.user, turn.assistant]), [
        ["P", "a", "x"],
        ["F", "b", "y"],
      ]);
    }
  }
});

Deno.test("pi keys the entries of version 1 by time and text", () => {
  const { id: _, parentId: __, ...first } = user(1, "hi");
  const log = logOf(session(0, "S", { version: 1 }), first);
  assertEquals(decode(log).events[0].key, `pi|hi|${time(1)}|prompt`);
});

Deno.test("pi begins a new session at a new first line", () => {
  const log = logOf(
    ...[session(0, "A"), user(1, "a"), session(2, "B")],
    ...[assistant(3, "of no prompt"), user(4, "b")],
  );
  assertEquals(decode(log).events.map(({ sid }) => sid), ["A", "B"]);
});

Deno.test("pi rejects a message that cannot be decoded", () => {
  const log = logOf(
    ...[user(1, "early"), session(0, "S"), { type: "session", cwd: "/w" }],
    { ...user(2, "hi"), timestamp: 7 },
    user(3, "hi"),
  ) + '{"type":"message","message":{"role":"user"\n{"half\n';
  const { events, rejected } = decode(log);
  assertEquals(events.length, 1);
  assertEquals(rejected.map(({ line, reason }) => [line, reason]), [
    [1, "no line that names its session precedes it"],
    [3, "its session has no id"],
    [4, "its timestamp is not a time"],
    [6, "not JSON"],
  ]);
});

Deno.test("pi strips NULs and carriage returns, and decodes the tail of a glued line", () => {
  // copilot-cli#2012, #4098, #2217
  const glued = logOf(toolResult(2, "out")).slice(0, 90) +
    logOf(user(3, "a\u2028b"));
  const log = logOf(session(0, "S"), user(1, "hi")).replaceAll("\n", "\0\r\n");
  assertEquals(brief(`\0${log}${glued}`), ["prompt hi", "prompt a\u2028b"]);
  const filtered = decodeLog(pi, log + glued, { isFiltered: true });
  assertEquals(filtered, decode(log + glued));
});

Deno.test("pi opens a line with the owner of its turn", () => {
  const decoder = pi.decoder(null);
  const open = (line: Json) => {
    const text = JSON.stringify(line);
    const bytes = encoder.encode(text + "\n");
    const { envelope } = decoder.open(text, bytes);
    decoder.decode(text, bytes);
    return envelope?.owner;
  };
  assertEquals(open(toolResult(1, "early")), null);
  assertEquals(open(session(0, "S")), null);
  const at = Date.parse(time(2));
  assertEquals(open(toolResult(2, "x")), {
    sid: "S",
    pid: 0,
    at,
    turnId: null,
  });
  assertEquals(open({ type: "label" }), null);
});
