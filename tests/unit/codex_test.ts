import { assertEquals } from "@std/assert";
import { codex } from "../../src/dialect/codex/codex.ts";
import { recognise } from "../../src/dialect/dialects.ts";
import { LineSplitter } from "../../src/source/line_splitter.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import {
  aborted,
  agent,
  agentItem,
  complete,
  event,
  item,
  logOf,
  meta,
  response,
  rolloutLine,
  started,
  time,
  toolResult,
  user,
  userItem,
  uuid,
} from "../support/rollouts.ts";
import { decodeLog, trackLogs } from "../support/session_logs.ts";

const encoder = new TextEncoder();
const decode = (log: string) => decodeLog(codex, log);
const track = (...logs: string[]) => trackLogs(codex, logs).turns;

/** The events of a log, each in a few words. */
function brief(log: string): string[] {
  return decode(log).events.map(describe);
}

function describe(event: TurnEvent): string {
  switch (event.kind) {
    case "prompt":
    case "answer":
      return `${event.kind} ${event.text}`;
    case "end":
      return `${event.outcome} ${event.reason}`;
    case "session end":
      return event.kind;
  }
}

/** A session of one turn, begun in a second. */
const session = (second: number, more = {}) => [
  meta(second, more),
  ...started(second + 1),
  user(second + 2, "hi"),
  toolResult(second + 3, "out"),
  agent(second + 4, "yo"),
  complete(second + 5, second + 1),
];
/** That of a paginated session. */
const paginated = { history_mode: "paginated" };

Deno.test("codex decodes a legacy rollout", () => {
  const { events, rejected } = decode(logOf(session(0)));
  const turnId = uuid(1);
  const all = { sid: uuid(0), pid: 0, turnId, agent: "codex", cwd: "/w/turn" };
  const at = Date.parse(time(0));
  const promptKey = `codex|${turnId}|prompt|1`;
  assertEquals(events, [
    {
      ...{ kind: "prompt", ...all, t: time(2), at: at + 2000 },
      ...{ key: promptKey, text: "hi" },
    },
    {
      ...{ kind: "answer", ...all, t: time(4), at: at + 4000 },
      ...{ key: `codex|${turnId}|answer|1`, promptKey, text: "yo" },
    },
    {
      ...{ kind: "end", ...all, t: time(5), at: at + 5000 },
      ...{ key: `codex|${turnId}|end`, promptKey },
      ...{ outcome: "completed", reason: null },
    },
  ] as TurnEvent[]);
  assertEquals(rejected, []);
});

Deno.test("codex recognises a rollout by its first line alone", () => {
  const named = (head: string) =>
    recognise(encoder.encode(head), "a.jsonl").name;
  assertEquals(named(logOf(session(0))), "codex");
  const long = meta(0, { base_instructions: { text: "x".repeat(100_000) } });
  assertEquals(named(logOf(long).slice(0, 65_536)), "codex");
  assertEquals(named(`\0\0${logOf(session(0))}`), "codex");
  assertEquals(named(logOf(session(0).slice(1))), "sse");
  const quoted = { type: "user", text: JSON.stringify(meta(0)) };
  assertEquals(named(logOf(quoted)), "sse");
});

Deno.test("claude-command-center#307: codex takes the sid from the first session_meta of a fork", () => {
  const fork = logOf(
    meta(10, { forked_from_id: uuid(0) }),
    meta(0),
    ...[started(11), user(12, "new"), agent(13, "done")],
  );
  assertEquals(decode(fork).events.map(({ sid }) => sid), [uuid(10), uuid(10)]);
});

Deno.test("codex gives the turns of an ancestor to the ancestor", () => {
  const fork = logOf(
    ...[meta(20, { forked_from_id: uuid(10) }), meta(10), meta(0)],
    ...[started(1), user(2, "oldest")],
    ...[started(11), user(12, "older")],
    ...[started(21), user(22, "own")],
  );
  const sids = decode(fork).events.map(({ sid }) => sid);
  assertEquals(sids, [uuid(0), uuid(10), uuid(20)]);
});

Deno.test("codex knows the parent of a fork without the parent's first line", () => {
  const fork = [meta(20, { forked_from_id: uuid(10) }), ...started(11)];
  const [prompt] = decode(logOf(fork, user(12, "older"))).events;
  assertEquals(prompt.sid, uuid(10));
  const older = [meta(20, { forked_from_id: uuid(10) }), ...started(1)];
  assertEquals(decode(logOf(older, user(2, "x"))).events[0].sid, uuid(10));
});

Deno.test("codex keeps the ancestors of a fork at a repeated first line", () => {
  const first = meta(20, { forked_from_id: uuid(10) });
  const oldest = [...started(1), user(2, "oldest")];
  const log = logOf(first, meta(10), meta(0), oldest, first, oldest);
  const sids = decode(log).events.map(({ sid }) => sid);
  assertEquals(sids, [uuid(0), uuid(0)]);
});

Deno.test("codex begins a new session at an older one after other lines", () => {
  const log = logOf(session(10), session(0, { thread_source: "subagent" }));
  assertEquals(decode(log), decode(logOf(session(10))));
  const bare = logOf(meta(10), user(11, "a"), meta(0), user(1, "b"));
  const sids = decode(bare).events.map(({ sid }) => sid);
  assertEquals(sids, [uuid(10), uuid(0)]);
});

Deno.test("codex begins a new session at a session_meta after other lines", () => {
  const log = logOf(session(0), session(10));
  const sids = decode(log).events.map(({ sid }) => sid);
  assertEquals(sids, [0, 0, 0, 10, 10, 10].map(uuid));
});

Deno.test("codex begins a new session at a younger one without a turn before it", () => {
  const log = logOf(meta(0), session(10, { source: { subagent: {} } }));
  assertEquals(brief(log), []);
});

Deno.test("codex decodes the same session twice in one log to the same events", () => {
  const log = logOf(session(0));
  const { events } = decode(log);
  assertEquals(decode(log + log).events, [...events, ...events]);
  const killed = logOf(session(0).slice(0, -1));
  const twice = decode(killed + killed).events;
  assertEquals(twice, [...twice.slice(0, 2), ...twice.slice(0, 2)]);
  const [first, , ...rest] = session(0);
  const withoutStart = logOf(first, rest);
  const once = decode(withoutStart).events;
  assertEquals(decode(withoutStart + withoutStart).events, [...once, ...once]);
});

Deno.test("codex decodes lines that are appended again to the same events", () => {
  const [first, ...rest] = session(0);
  const { events } = decode(logOf(first, rest));
  assertEquals(decode(logOf(first, rest, rest)).events, [...events, ...events]);
});

Deno.test("codex counts an item that is written twice once", () => {
  const answer = agentItem(3, 1, "yo");
  const log = logOf(
    ...[meta(0, paginated), started(1), userItem(2, 1, "hi"), answer, answer],
    agentItem(4, 1, "more"),
  );
  const keys = decode(log).events.map(({ key }) => key.split("|").at(-1));
  assertEquals(keys, ["1", "1", "1", "2"]);
});

Deno.test("codex gives a prompt after an end no turn id", () => {
  const log = logOf(session(0), user(6, "later"), agent(7, "x"));
  const [prompt, answer] = decode(log).events.slice(3);
  assertEquals([prompt.turnId, answer.turnId], [null, null]);
  assertEquals(prompt.key, `codex|${time(6)}|prompt|later`);
});

Deno.test("codex keeps the numbers of a turn across a repeated session_meta", () => {
  const log = logOf(
    ...[meta(0), started(1), user(2, "one")],
    ...[meta(0), user(3, "two")],
  );
  const keys = decode(log).events.map(({ key }) => key.split("|").at(-1));
  assertEquals(keys, ["1", "2"]);
});

Deno.test("ccusage#1370, #1371, #1460, #1349, tokscale#679: codex keeps one identity for the copies of a fork, in any order", () => {
  const parent = session(0);
  const kept = [
    ...[meta(10, { forked_from_id: uuid(0) }), ...parent],
    ...[...started(11), user(12, "more"), agent(13, "done"), complete(14, 11)],
  ];
  const rewritten = kept.map((line) => ({ ...line, timestamp: time(15) }));
  for (const fork of [kept, rewritten]) {
    for (const logs of [[parent, fork], [fork, parent], [fork, parent, fork]]) {
      const turns = track(...logs.map((lines) => logOf(lines)));
      assertEquals(
        turns.map(({ sid, user, assistant, outcome }) => //
        [sid, user, assistant, outcome]),
        [
          [uuid(0), "hi", "yo", "completed"],
          [uuid(10), "more", "done", "completed"],
        ],
      );
    }
  }
});

Deno.test("codex keeps the answer of a running turn that is copied to a fork", () => {
  const parent = [meta(0), ...started(1), user(2, "hi")];
  const fork = [
    meta(10, { forked_from_id: uuid(0) }),
    ...[...parent, agent(12, "yo"), complete(13, 1)],
  ];
  const [turn, ...others] = track(logOf(parent), logOf(fork));
  assertEquals([turn.sid, turn.assistant, turn.outcome], [
    uuid(0),
    "yo",
    "completed",
  ]);
  assertEquals(others, []);
});

Deno.test("ORG2#837, memsearch#742: codex finds the prompts and answers of a paginated rollout", () => {
  const log = logOf(
    ...[meta(0, paginated), started(1), userItem(2, 1, "hi")],
    ...[agentItem(3, 1, "yo"), complete(4, 1)],
  );
  assertEquals(brief(log), ["prompt hi", "answer yo", "completed null"]);
});

Deno.test("codex knows a paginated rollout by the ordinal of its first line", () => {
  const log = logOf(
    { ...meta(0), ordinal: 0 },
    started(1),
    userItem(2, 1, "hi"),
  );
  assertEquals(brief(log), ["prompt hi"]);
});

Deno.test("codex gives a migrated rollout the keys of the legacy one", () => {
  const legacy = logOf(
    ...[meta(0), started(1), user(2, "a"), agent(3, "x"), user(4, "b")],
    ...[agent(5, "y"), complete(6, 1)],
  );
  const migrated = logOf(
    ...[meta(0, paginated), started(1)],
    ...[response(2, 1, [["user.text", "a"]]), userItem(2, 1, "a")],
    ...[agentItem(3, 1, "x"), userItem(4, 1, "b"), agentItem(5, 1, "y")],
    complete(6, 1),
  );
  assertEquals(decode(migrated).events, decode(legacy).events);
});

Deno.test("codex counts a prompt that is an item and a message for the model once", () => {
  const lines = [
    response(2, 1, [["user.text", "hi"]]),
    userItem(2, 1, "hi"),
  ];
  const before = [meta(0, paginated), ...started(1)];
  assertEquals(brief(logOf(before, lines)), ["prompt hi"]);
  assertEquals(brief(logOf(before, lines.reverse())), ["prompt hi"]);
});

Deno.test("codex takes a pasted image's text from a message for the model", () => {
  const log = logOf(
    ...[meta(0, paginated), started(1)],
    response(2, 1, [
      ...[["user.text", "look "], ["hooks.context", "injected"]] as const,
      ...[["user.image", "<image>"], ["user.text", "here"]] as const,
    ]),
  );
  assertEquals(brief(log), ["prompt look here"]);
});

Deno.test("codex takes no injected text for a prompt", () => {
  const texts = [
    ...["<environment_context>x", "<user_instructions>x", "<hook_prompt x"],
    ...[
      "<send_user_message_question_reply>x",
      "# AGENTS.md instructions for x",
    ],
  ];
  const log = logOf(
    ...[meta(0, paginated), started(1)],
    ...texts.map((text) => userItem(2, 1, text)),
    response(2, 1, [["agents_md.instructions", "x"]]),
    response(2, 1, [["user.text", "x"]], "developer"),
    { ...userItem(2, 1, "x"), metadata: { inherited_user_message: true } },
    rolloutLine(2, "response_item", {
      ...{ type: "message", role: "user", content: [{ text: "x" }] },
    }),
  );
  assertEquals(brief(log), []);
  const legacy = logOf(
    ...[meta(0), started(1), user(2, texts[0])],
    user(2, "x", { kind: "environment_context" }),
    user(3, "hi", { kind: "plain" }),
  );
  assertEquals(brief(legacy), ["prompt hi"]);
});

Deno.test("codex takes only user_message events for prompts in a legacy rollout", () => {
  const log = logOf(
    ...[meta(0), started(1), response(2, 1, [["user.text", "hi"]])],
    ...[user(2, "hi"), userItem(2, 1, "hi"), agentItem(3, 1, "yo")],
  );
  assertEquals(brief(log), ["prompt hi"]);
});

Deno.test("codex takes an item Plan for an answer", () => {
  const plan = item(3, 1, { type: "Plan", id: "p", text: "# Plan" });
  const log = logOf(meta(0), started(1), user(2, "hi"), plan, complete(4, 1));
  assertEquals(brief(log), ["prompt hi", "answer # Plan", "completed null"]);
});

Deno.test("codex gives two prompts of one turn a number each", () => {
  const log = logOf(
    ...[meta(0), started(1), user(2, "go"), agent(3, "1")],
    ...[user(4, "go"), agent(5, "2"), complete(6, 1)],
  );
  const turns = track(log);
  assertEquals(turns.map((turn) => [turn.assistant, turn.outcome]), [
    ["1", null],
    ["2", "completed"],
  ]);
});

Deno.test("AgentsCommander#2356: codex knows both names of the beginning and the end of a turn", () => {
  const turn_id = uuid(1);
  const log = logOf(
    ...[meta(0), event(1, "turn_started", { turn_id }), user(2, "hi")],
    event(3, "turn_complete", { turn_id }),
  );
  const [prompt] = decode(log).events;
  assertEquals(prompt.turnId, turn_id);
  assertEquals(brief(log), ["prompt hi", "completed null"]);
});

Deno.test("codex opens a turn at a turn_context too", () => {
  const context = rolloutLine(1, "turn_context", {
    turn_id: uuid(1),
    cwd: "/c",
  });
  const [prompt] = decode(logOf(meta(0), context, user(2, "hi"))).events;
  assertEquals([prompt.turnId, prompt.cwd], [uuid(1), "/c"]);
  const late = logOf(meta(0), context, user(2, "a"), started(1), user(3, "b"));
  assertEquals(decode(late).events[1].key, `codex|${uuid(1)}|prompt|2`);
});

Deno.test("codex takes the directory from the session where a turn has none", () => {
  const start = event(1, "task_started", { turn_id: uuid(1) });
  const [prompt] = decode(logOf(meta(0), start, user(2, "hi"))).events;
  assertEquals(prompt.cwd, "/w");
});

Deno.test("codex says why a turn was aborted or failed", () => {
  const error = { message: "no quota" };
  const log = logOf(
    ...[meta(0), started(1), user(2, "a"), aborted(3, 1)],
    ...[started(4), user(5, "b"), complete(6, 4, { error })],
  );
  const ends = [
    "prompt a",
    "aborted interrupted",
    "prompt b",
    "failed no quota",
  ];
  assertEquals(brief(log), ends);
  assertEquals(track(log).map(({ status }) => status), [
    "orphaned",
    "orphaned",
  ]);
});

Deno.test("codex ends the open turn where turn_aborted names none", () => {
  const end = event(3, "turn_aborted", { reason: "replaced" });
  const log = logOf(meta(0), started(1), user(2, "a"), end);
  assertEquals(decode(log).events[1].key, `codex|${uuid(1)}|end`);
});

Deno.test("codex leaves out what a turn without a prompt says", () => {
  const log = logOf(
    ...[session(0), started(10), event(11, "context_compacted")],
    ...[agent(12, "compacted"), complete(13, 10)],
    ...[started(20), complete(21, 20), aborted(22, 20)],
  );
  assertEquals(decode(log), decode(logOf(session(0))));
});

Deno.test("langfuse codex plugin#46: codex lets a late end update its turn once", () => {
  const log = logOf(
    ...[meta(0), started(1), user(2, "a"), agent(3, "x")],
    ...[started(4), user(5, "b"), complete(6, 1), complete(6, 1)],
    agent(7, "y"),
  );
  const { turns, changes } = trackLogs(codex, [log]);
  assertEquals(turns.map(({ assistant, outcome }) => [assistant, outcome]), [
    ["x", "completed"],
    ["y", null],
  ]);
  assertEquals([changes["end ended"], changes["end known"]], [1, 1]);
});

Deno.test("codex gives an answer after the end to the turn that ended", () => {
  const log = logOf(session(0), agent(6, "and more"));
  assertEquals(track(log).map(({ assistant }) => assistant), ["and more"]);
});

Deno.test("agentsview#1644, akm#829, codeburn#974: codex skips sessions that a program began", () => {
  const begun = [
    ...["subagent", "guardian_review", "memory_consolidation"].map(
      (thread_source) => ({ thread_source }),
    ),
    { source: { subagent: "review" } },
    { source: { subagent: { thread_spawn: {} } }, thread_source: "other" },
  ];
  for (const more of begun) {
    assertEquals(decode(logOf(session(0, more))).events, []);
  }
  assertEquals(
    decode(logOf(session(0, { thread_source: "user" }))).events.length,
    3,
  );
});

Deno.test("codex skips all of a sub-agent's rollout, its parent's lines too", () => {
  const lines = [meta(10, { thread_source: "subagent" }), ...session(0)];
  assertEquals(brief(logOf(lines, started(11), user(12, "x"))), []);
});

Deno.test("codex keys turns without an id by time and text", () => {
  const log = logOf(meta(0), user(2, "hi"), agent(3, "yo"), user(4, "hi"));
  const { events } = decode(log);
  assertEquals(events.map(({ key, turnId }) => [key, turnId]), [
    [`codex|${time(2)}|prompt|hi`, null],
    [`codex|${time(3)}|answer|yo`, null],
    [`codex|${time(4)}|prompt|hi`, null],
  ]);
  const end = event(5, "turn_aborted", { reason: "interrupted" });
  assertEquals(track(log + logOf(end)).map(({ outcome }) => outcome), [
    null,
    "aborted",
  ]);
});

Deno.test("codex ignores thread_rolled_back", () => {
  const back = event(6, "thread_rolled_back", { num_turns: 1 });
  assertEquals(decode(logOf(session(0), back)), decode(logOf(session(0))));
});

Deno.test("codex leaves a killed turn without an outcome", () => {
  const [turn] = track(logOf(session(0).slice(0, 4)));
  assertEquals([turn.status, turn.outcome], ["waiting_response", null]);
});

Deno.test("codex rejects the first line of a rollout of the oldest form", () => {
  const log = logOf(
    { id: "s", timestamp: time(0), instructions: "x" },
    { record_type: "state" },
    { type: "message", role: "user", content: [{ text: "hi" }] },
  );
  const { events, rejected } = decode(log);
  assertEquals(events, []);
  assertEquals(rejected.map(({ line }) => line), [1]);
  const filtered = decodeLog(codex, log, { isFiltered: true });
  assertEquals(filtered.rejected, rejected);
  assertEquals(recognise(encoder.encode(log), "a.jsonl").name, "codex");
});

Deno.test("codex rejects an event of a turn that cannot be decoded", () => {
  const log = logOf(
    ...[user(1, "early"), meta(0), started(1)],
    event(2, "user_message", {}),
    { ...user(3, "hi"), timestamp: "yesterday" },
    event(4, "agent_message", { message: 7 }),
    rolloutLine(5, "session_meta", {}),
    user(6, "hi"),
  );
  const { events, rejected } = decode(log);
  assertEquals(events.map(describe), ["prompt hi"]);
  assertEquals(rejected.map(({ line, reason }) => [line, reason]), [
    [1, "no session_meta precedes it"],
    [5, "it has no message text"],
    [6, "its timestamp is not a time"],
    [7, "it has no message text"],
    [8, "its session has no id"],
  ]);
});

Deno.test("getspecstory#108, skillreaper#33: codex loses one line for a bad line", () => {
  const [first, second, ...rest] = session(0).map((line) => logOf(line));
  const torn = rest[0].slice(0, 40) + "\n";
  const broken = '{"type":"event_msg","payload":{"type":"user_message"\n';
  const log = [
    first,
    second,
    torn,
    broken,
    '["user_message"]\n',
    "7\n",
    ...rest,
  ];
  const { events, rejected } = decode(log.join(""));
  assertEquals(events, decode(logOf(session(0))).events);
  assertEquals(rejected, [{ line: 4, reason: "not JSON", text: broken }]);
});

Deno.test("getspecstory#108, skillreaper#33: codex loses one line for a line above the limit", () => {
  const file = { id: 0, name: "rollout.jsonl", isResumed: false };
  const splitter = new LineSplitter(file, { maxLineBytes: 2000 });
  const huge = "x".repeat(10_000);
  const log = logOf(
    ...[meta(0), started(1), toolResult(2, huge), user(2, huge)],
    ...[user(3, "hi")],
  );
  const lines = splitter.push(encoder.encode(log));
  // The result of a tool is not missed, so that it is not rejected.
  assertEquals(lines.map(({ number, bytes }) => [number, bytes !== null]), [
    ...[[1, true], [2, true], [3, true]],
    ...[[5, false], [6, true]],
  ]);
});

Deno.test("copilot-cli#2012, #4098, #2217: codex strips NULs and carriage returns, and keeps U+2028 in a text", () => {
  const [first, ...rest] = logOf(meta(0), started(1), user(2, "a\u2028b"))
    .split("\n");
  const log = [first, ...rest].map((line) => line && `\0\0${line}\0\r`);
  assertEquals(brief(log.join("\n")), ["prompt a\u2028b"]);
});

Deno.test("copilot-cli#2012, #4098, #2217: codex decodes the tail of a glued line", () => {
  const torn = logOf(user(2, "lost")).slice(0, 110);
  const log = logOf(meta(0), started(1)) + torn + logOf(user(3, 'a {"b":1}'));
  const { events, rejected } = decode(log);
  assertEquals(events.map(describe), ['prompt a {"b":1}']);
  assertEquals(rejected.map(({ text }) => text), [torn]);
  const other = logOf(toolResult(2, "é {")).slice(0, -5);
  const glued = logOf(meta(0), started(1)) + other + logOf(user(3, "hi"));
  assertEquals(decode(glued).events.map(describe), ["prompt hi"]);
  // The result of a tool is not missed.
  assertEquals(decode(glued).rejected, []);
  assertEquals(decodeLog(codex, glued, { isFiltered: true }), decode(glued));
});

Deno.test("codex rejects all of an event that lacks its end", () => {
  const cut = logOf(user(2, "hi")).replace("}\n", "\n");
  const log = logOf(meta(0), started(1)) + cut;
  assertEquals(decode(log), {
    events: [],
    rejected: [{ line: 4, reason: "not JSON", text: cut }],
  });
});

Deno.test("codex rejects an event that holds too many values", () => {
  const huge = { ...user(2, "hi"), images: Array(1_000_001).fill(0) };
  const { rejected } = decode(logOf(meta(0), huge, user(3, "hi")));
  assertEquals(rejected.map(({ line, reason }) => [line, reason]), [
    [2, "it holds more than 1000000 values"],
  ]);
});

Deno.test("codex knows a line of another event by its first bytes", () => {
  const { timestamp, ...prompt } = user(2, "hi");
  const line = JSON.stringify(toolResult(2, "x")).slice(0, -1) + "," +
    JSON.stringify(prompt).slice(1) + "\n";
  assertEquals(JSON.parse(line), { timestamp, ...prompt });
  const log = logOf(meta(0), started(1)) + line;
  assertEquals(decode(log), { events: [], rejected: [] });
  assertEquals(decodeLog(codex, log, { isFiltered: true }), decode(log));
});

Deno.test("codex opens a line with the owner of its turn", () => {
  const decoder = codex.decoder(null);
  const open = (line: object) => {
    const bytes = encoder.encode(JSON.stringify(line) + "\n");
    const text = JSON.stringify(line);
    const { envelope } = decoder.open(text, bytes);
    decoder.decode(text, bytes);
    assertEquals(envelope?.bytes, bytes);
    return envelope?.owner;
  };
  assertEquals(open(toolResult(0, "early")), null);
  assertEquals(open(meta(0)), null);
  const at = Date.parse(time(0));
  const owner = { sid: uuid(0), pid: 0, at: at + 1000, turnId: uuid(1) };
  assertEquals(started(1).map(open), [owner, owner]);
  assertEquals(open(toolResult(2, "out")), { ...owner, at: at + 2000 });
  const bad = { ...toolResult(2, "out"), timestamp: "then" };
  assertEquals(open(bad), null);
});

Deno.test("codex opens a damaged line as valid JSON", () => {
  const decoder = codex.decoder(null);
  const line = JSON.stringify(toolResult(2, "out"));
  const opened = (text: string) => {
    const { envelope } = decoder.open(text, encoder.encode(text + "\n"));
    return envelope && new TextDecoder().decode(envelope.bytes);
  };
  assertEquals(opened(`\0${line}\0`), line + "\n");
  assertEquals(opened(`{"torn":"${line}`), line + "\n");
  assertEquals(opened('{"torn'), null);
  assertEquals(opened("[1]"), null);
  const bytes = encoder.encode(line.replace("out", "?") + "\n");
  bytes[bytes.indexOf(63)] = 0xff;
  const text = new TextDecoder().decode(bytes.subarray(0, -1));
  const valid = decoder.open(text, bytes).envelope!.bytes;
  assertEquals(
    new TextDecoder("utf-8", { fatal: true }).decode(valid),
    text + "\n",
  );
});
