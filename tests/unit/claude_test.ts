import { assertEquals, assertStringIncludes } from "@std/assert";
import { claude } from "../../src/dialect/claude/claude.ts";
import { Verdict } from "../../src/dialect/dialect.ts";
import { recognise } from "../../src/dialect/dialects.ts";
import { LineSplitter } from "../../src/source/line_splitter.ts";
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
  return decodeLog(claude, texts.join(""), options);
}
const SID = "5e551011-0000-4000-8000-000000000001";

/** A line of a transcript; `n` makes its uuid and its time. */
function line(type: string, n: number, members: Line): Line {
  return {
    ...{ parentUuid: n === 1 ? null : `u${n - 1}`, isSidechain: false },
    ...{ type, uuid: `u${n}`, timestamp: timeOf(n) },
    ...{ cwd: "/w", sessionId: SID, ...members },
  };
}

const timeOf = (n: number) =>
  new Date(Date.UTC(2026, 0, 2) + n * 1000).toJSON();

const user = (n: number, content: unknown, members: Line = {}) =>
  line("user", n, {
    promptId: `p${n}`,
    message: { role: "user", content },
    ...members,
  });

/** A line of a message of the model. */
const assistant = (
  n: number,
  content: unknown[],
  message: Line = {},
  members: Line = {},
) =>
  line("assistant", n, {
    message: {
      ...{ id: `m${n}`, role: "assistant", model: "x" },
      ...{ stop_reason: null, content, ...message },
    },
    ...members,
  });

const text = (text: string) => ({ type: "text", text });
const thinking = { type: "thinking", thinking: "hm" };
const say = (n: number, words: string, message: Line = {}) =>
  assistant(n, [text(words)], message);
const done = { stop_reason: "end_turn" };
const duration = (n: number) =>
  line("system", n, { subtype: "turn_duration", durationMs: 900 });
const queued = (n: number, prompt: unknown, members: Line = {}) =>
  line("attachment", n, {
    attachment: {
      ...{ type: "queued_command", prompt, commandMode: "prompt" },
      ...members,
    },
  });
const command = (name: string, args = "") =>
  `<command-name>/${name}</command-name>\n<command-message>${name}` +
  `</command-message>\n<command-args>${args}</command-args>`;
const output = (n: number) =>
  user(n, "<local-command-stdout>Set</local-command-stdout>");

/** What a log says; none of its lines may be rejected. */
function outlineOf(lines: (string | Line)[]): string[] {
  const { events, rejected } = decode(lines);
  assertEquals(rejected, []);
  return outline(events);
}

Deno.test("claude decodes a prompt, its answer and its end", () => {
  const { events } = decode([user(1, "hi"), say(2, "yo", done)]);
  const all = { sid: SID, pid: 0, turnId: "p1", agent: "claude", cwd: "/w" };
  const first = { ...all, t: timeOf(1), at: Date.parse(timeOf(1)) };
  const second = { ...all, t: timeOf(2), at: Date.parse(timeOf(2)) };
  const promptKey = "claude|u1";
  const stop = { outcome: "completed" as const, reason: "end_turn" };
  assertEquals(events, [
    { ...first, kind: "prompt", key: promptKey, text: "hi" },
    { ...second, kind: "answer", key: "claude|u2", promptKey, text: "yo" },
    { ...second, kind: "end", key: "claude|u2|end", promptKey, ...stop },
  ]);
});

Deno.test("claude takes the uuid for the turn id where there is no promptId", () => {
  const prompt = user(1, "hi", { promptId: undefined });
  const { events } = decode([prompt, queued(2, "more")]);
  assertEquals(events.map(({ turnId }) => turnId), ["u1", "u2"]);
});

/** A line of a session of Qwen Code. */
const qwen = (type: string, members: Line): Line => ({
  ...{ uuid: "u1", parentUuid: null, sessionId: SID, timestamp: timeOf(1) },
  ...{ type, cwd: "/w", ...members },
});

Deno.test("claude recognises a transcript by one of its first lines", () => {
  const mode = { type: "permission-mode", sessionId: SID };
  const snapshot = { type: "file-history-snapshot", messageId: "m" };
  const long = user(1, "x".repeat(100_000));
  const logs: [Line[], string, boolean][] = [
    [[user(1, "hi")], "a.jsonl", true],
    [[mode], "a.jsonl", true],
    [[snapshot, user(1, "hi")], "a.jsonl", true],
    [[long], "a.jsonl", true],
    [[snapshot], "a.jsonl", false],
    [[{ type: "session", id: "S", cwd: "/w" }], "a.jsonl", false],
    [[{ sessionId: SID, type: "other" }], "a.jsonl", false],
    // Qwen Code begins its lines alike.
    [
      [qwen("user", { message: { role: "user", parts: [] } })],
      "a.jsonl",
      false,
    ],
    [[qwen("system", { systemPayload: {} })], "a.jsonl", false],
  ];
  for (const [lines, name, expected] of logs) {
    const log = lines.map((it) => JSON.stringify(it) + "\n").join("");
    const head = encoder.encode(log).subarray(0, 65_536);
    assertEquals(recognise(head, name).name === "claude", expected, log);
  }
});

Deno.test("akm#829, codeburn#974: claude leaves out the files of sub-agents", () => {
  const head = encoder.encode(JSON.stringify(user(1, "hi")));
  for (
    const name of [
      "agent-a1.jsonl",
      "/p/S/agent-a1.jsonl",
      "S/subagents/x.jsonl",
    ]
  ) {
    assertEquals(claude.recognises(head, name), false, name);
  }
  assertEquals(claude.recognises(head, "/p/my-agent-x.jsonl"), true);
});

Deno.test("claude leaves out what an agent and its sub-agents write to each other", () => {
  const side = { isSidechain: true };
  assertEquals(
    outlineOf([
      user(1, "hi"),
      user(2, "look", side),
      assistant(3, [text("seen")], done, side),
      say(4, "yo"),
    ]),
    ["prompt: hi", "answer to hi: yo"],
  );
});

Deno.test("claude takes results of tools, meta lines and summaries for no prompts", () => {
  const result = { type: "tool_result", tool_use_id: "t", content: "ok" };
  assertEquals(
    outlineOf([
      user(1, [result]),
      user(2, [result, text("more")]),
      user(3, "meta", { isMeta: true }),
      user(4, "summary", { isCompactSummary: true }),
      user(5, ""),
      user(6, [{ type: "image", source: {} }]),
      user(7, undefined),
      line("user", 8, {}),
    ]),
    [],
  );
});

Deno.test("agentsview#1131, #1238, #1265: claude takes notifications for no prompts", () => {
  const note = "<task-notification>\n<task-id>t</task-id>";
  assertEquals(
    outlineOf([
      user(1, "hi"),
      user(2, note),
      user(3, "done", { origin: { kind: "task-notification" } }),
      user(4, "done", { origin: { kind: "agent", senderTaskId: "t" } }),
      queued(5, note),
      queued(6, "done", { origin: { kind: "task-notification" } }),
      queued(7, "done", { origin: { kind: "agent", senderTaskId: "t" } }),
      queued(8, "done", { commandMode: "task-notification" }),
      queued(9, "done", { isMeta: true }),
      user(10, "<bash-input>ls</bash-input>"),
      user(11, "<bash-stdout>a</bash-stdout>"),
      user(12, "<local-command-caveat>Caveat</local-command-caveat>"),
      user(13, "Caveat: The messages below were generated by the user while"),
      user(14, "more", { origin: { kind: "human" } }),
    ]),
    ["prompt: hi", "prompt: more"],
  );
});

Deno.test("agentsview#1131, #1238, #1265: claude leaves what an editor adds out of a prompt", () => {
  const opened = "<ide_opened_file>The user opened /w/a.ts</ide_opened_file>";
  const selection = "<ide_selection>a < b\n</ide_selection>";
  assertEquals(
    outlineOf([
      user(1, `${opened}\n${selection}fix it`),
      user(2, [text(opened), text("and that")]),
      user(3, [text("first"), text(selection)]),
      user(4, opened),
      user(5, "what is <ide_opened_file>?"),
    ]),
    [
      ...["prompt: fix it", "prompt: and that", "prompt: first"],
      "prompt: what is <ide_opened_file>?",
    ],
  );
});

Deno.test("agentsview#401, claude-code#86980: claude decodes a prompt typed while a turn ran", () => {
  const queue = (operation: string, content?: string) => ({
    ...{ type: "queue-operation", operation, content },
    ...{ sessionId: SID, timestamp: timeOf(2) },
  });
  assertEquals(
    outlineOf([
      user(1, "hi"),
      queue("enqueue", "also test it"),
      queue("remove"),
      queued(3, "also test it"),
      say(4, "yo", done),
      queued(5, [{ type: "image" }, text("see "), text("this")]),
    ]),
    [
      ...["prompt: hi", "prompt: also test it", "answer to also test it: yo"],
      "end of also test it: completed, end_turn",
      "prompt: see this",
    ],
  );
  const { events } = decode([
    user(1, "hi"),
    queue("enqueue", "more"),
    queue("dequeue"),
    user(3, "more", { promptSource: "queued" }),
  ]);
  assertEquals(outline(events), ["prompt: hi", "prompt: more"]);
});

Deno.test("claude takes a slash command for a prompt once the model answers it", () => {
  assertEquals(
    outlineOf([
      user(1, command("review", "the last commit")),
      user(2, "Base directory for this skill: /w", { isMeta: true }),
      assistant(3, [thinking]),
      say(4, "yo", done),
    ]),
    [
      "prompt: /review the last commit",
      "answer to /review the last commit: yo",
      "end of /review the last commit: completed, end_turn",
    ],
  );
  const tag =
    "<command-message>r</command-message>\n<command-name>/r</command-name>";
  const { events } = decode([user(1, tag), say(4, "yo")]);
  assertEquals(outline(events), ["prompt: /r", "answer to /r: yo"]);
  assertEquals([events[0].key, events[0].t], ["claude|u1", timeOf(1)]);
});

Deno.test("claude drops a slash command at the next prompt and at local output", () => {
  const local = (n: number) =>
    line("system", n, {
      subtype: "local_command",
      content: "<local-command-stdout>",
    });
  assertEquals(
    outlineOf([
      user(1, "hi"),
      user(2, command("clear")),
      user(3, "more"),
      say(4, "yo"),
      user(5, command("model", "x")),
      output(6),
      say(7, "later"),
      user(8, command("usage")),
      local(9),
      say(10, "still"),
    ]),
    [
      ...["prompt: hi", "prompt: more", "answer to more: yo"],
      ...["answer to more: later", "answer to more: still"],
    ],
  );
});

Deno.test("claude keeps a slash command that is handed to the model after local output", () => {
  const goal = (n: number) =>
    user(n, command("goal", "say done"), { promptId: "g" });
  const meta = (promptId: string) =>
    user(3, "A hook is active now", { isMeta: true, promptId });
  assertEquals(
    outlineOf([goal(1), output(2), meta("g"), say(4, "done")]),
    ["prompt: /goal say done", "answer to /goal say done: done"],
  );
  assertEquals(
    outlineOf([goal(1), output(2), meta("other"), say(4, "done")]),
    ["answer to ?: done"],
  );
});

Deno.test("claude joins the text of the lines of one message", () => {
  const m = { id: "m" };
  assertEquals(
    outlineOf([
      user(1, "hi"),
      assistant(2, [thinking], m),
      assistant(3, [text("a"), text("b")], m),
      assistant(4, [{ type: "tool_use", id: "t", name: "Bash", input: {} }], m),
      say(5, "c", m),
      say(6, "d", { id: "other" }),
      say(7, "e", { id: undefined }),
      say(8, "f", { id: undefined }),
    ]),
    [
      ...["prompt: hi", "answer to hi: ab", "answer to hi: abc"],
      ...["answer to hi: d", "answer to hi: e", "answer to hi: f"],
    ],
  );
});

Deno.test("claude completes a turn at the first end, and later text is still its answer", () => {
  assertEquals(
    outlineOf([
      user(1, "hi"),
      assistant(2, [thinking], { id: "m", ...done }),
      say(3, "yo", { id: "m", ...done }),
      duration(4),
      user(5, "<task-notification>", {}),
      say(6, "and more", done),
      user(7, "next"),
      duration(8),
      duration(9),
    ]),
    [
      ...["prompt: hi", "end of hi: completed, end_turn", "answer to hi: yo"],
      ...["answer to hi: and more", "prompt: next"],
      "end of next: completed, null",
    ],
  );
});

Deno.test("claude takes each stop reason that ends a turn, and no other", () => {
  for (
    const stop_reason of ["end_turn", "max_tokens", "stop_sequence", "refusal"]
  ) {
    const { events } = decode([
      user(1, "hi"),
      assistant(2, [text("yo")], { stop_reason }),
    ]);
    assertEquals(outline(events)[2], `end of hi: completed, ${stop_reason}`);
  }
  for (const stop_reason of ["tool_use", "pause_turn", null, undefined]) {
    const { events } = decode([
      user(1, "hi"),
      assistant(2, [], { stop_reason }),
    ]);
    assertEquals(events.length, 1);
  }
});

Deno.test("claude continues a turn in which the model ran out of tokens before its answer", () => {
  const thinking = [{ type: "thinking", thinking: "", signature: "x" }];
  const call = [{ type: "tool_use", id: "t", name: "Write", input: {} }];
  const stop_reason = "max_tokens";
  assertEquals(
    outlineOf([
      user(1, "hi"),
      assistant(2, thinking, { stop_reason }),
      assistant(3, call, { stop_reason }),
      assistant(4, [text("yo")], { stop_reason: "end_turn" }),
    ]),
    ["prompt: hi", "answer to hi: yo", "end of hi: completed, end_turn"],
  );
});

Deno.test("claude fails a turn at an error of the API", () => {
  const model = "<synthetic>";
  const error = assistant(
    2,
    [text("API Error: 529")],
    { model, stop_reason: "stop_sequence" },
    { isApiErrorMessage: true },
  );
  assertEquals(
    outlineOf([user(1, "hi"), error, duration(3)]),
    ["prompt: hi", "end of hi: failed, API Error: 529"],
  );
  assertEquals(
    outlineOf([user(1, command("review")), error]),
    ["prompt: /review", "end of /review: failed, API Error: 529"],
  );
});

Deno.test("claude aborts a turn at an interrupt, not at the synthetic line before it", () => {
  const synthetic = { model: "<synthetic>", stop_reason: "stop_sequence" };
  const word = "[Request interrupted by user]";
  assertEquals(
    outlineOf([
      user(1, "hi"),
      say(2, "part of it", synthetic),
      user(3, [text(word)]),
      user(4, "again"),
      user(5, [text("[Request interrupted by user for tool use]")]),
    ]),
    [
      ...["prompt: hi", `end of hi: aborted, ${word}`, "prompt: again"],
      "end of again: aborted, [Request interrupted by user for tool use]",
    ],
  );
});

Deno.test("lark-coding-agent-bridge#250: claude ignores an interrupt without an open turn", () => {
  const interrupt = (n: number) => user(n, "[Request interrupted by user]");
  assertEquals(
    outlineOf([
      interrupt(1),
      user(2, "hi"),
      say(3, "yo", done),
      interrupt(4),
      interrupt(5),
    ]),
    ["prompt: hi", "answer to hi: yo", "end of hi: completed, end_turn"],
  );
});

Deno.test("claude follows the order of the file, not the times or the prompt ids", () => {
  const promptId = "p";
  assertEquals(
    outlineOf([
      user(5, "late", { promptId }),
      user(2, "early", { promptId }),
      say(3, "yo"),
    ]),
    ["prompt: late", "prompt: early", "answer to early: yo"],
  );
});

Deno.test("agentsview#1370, claude-code#36583, #56196: claude knows copied lines by their uuid", () => {
  const chain = [
    user(1, "hi"),
    say(2, "yo", { id: "m" }),
    say(3, "!", { id: "m" }),
  ];
  const keys = (lines: Line[]) =>
    decode(lines).events.map(({ key, kind }) => `${kind} ${key}`);
  const fork = chain.map((it) => ({ ...it, sessionId: "other", cwd: "/v" }));
  assertEquals(keys(fork), keys(chain));
  assertEquals(keys([...chain, ...chain]), [...keys(chain), ...keys(chain)]);
  const texts = outlineOf([
    ...chain,
    chain[1],
    chain[2],
    say(4, "?", { id: "m" }),
  ]);
  assertEquals(texts.at(-1), "answer to hi: yo!?");
});

Deno.test("claude lets no copy of an earlier prompt take over", () => {
  const first = user(1, "first");
  const slash = user(2, command("review"));
  const second = user(4, "second");
  assertEquals(
    outlineOf([
      ...[first, slash, say(3, "a"), second, first, slash],
      ...[say(5, "b"), duration(6)],
    ]),
    [
      ...["prompt: first", "prompt: /review", "answer to /review: a"],
      ...["prompt: second", "prompt: first", "answer to second: b"],
      "end of second: completed, null",
    ],
  );
});

Deno.test("claude counts each prompt of two processes that append to one session once", () => {
  const lines = [
    user(1, "hi"),
    user(2, "hello", { parentUuid: null }),
    say(3, "there", done),
    // The answer to the first prompt: in the file, it follows the second.
    say(4, "yo", { ...done, parentUuid: "u1" }),
    duration(5),
  ];
  const once = [
    ...["prompt: hi", "prompt: hello", "answer to hello: there"],
    ...["end of hello: completed, end_turn", "answer to hello: yo"],
  ];
  assertEquals(outlineOf(lines), once);
  // Each of them may have written a line anew.
  const { events } = decode([...lines, ...lines]);
  const keys = new Set(events.map(({ key }) => key));
  assertEquals(keys.size, once.length);
});

Deno.test("claude keeps apart the sessions of a merged log", () => {
  const other = { sessionId: "other" };
  assertEquals(
    outlineOf([
      user(1, "hi"),
      user(2, "hello", other),
      say(3, "yo"),
      { ...say(4, "there", done), ...other },
      duration(5),
    ]),
    [
      ...["prompt: hi", "prompt: hello", "answer to hi: yo"],
      ...["answer to hello: there", "end of hello: completed, end_turn"],
      "end of hi: completed, null",
    ],
  );
});

Deno.test("claude remembers the last sessions of a merged log, and no more", () => {
  const of = (it: Line, session: number) => ({
    ...it,
    sessionId: `s${session}`,
  });
  const sessions = Array.from({ length: 9 }, (_, i) => i);
  const prompts = sessions.map((i) => of(user(i + 1, `hi ${i}`), i));
  // The first is used again, so that the second is the oldest.
  prompts.splice(8, 0, of(say(20, "yo"), 0));
  // Its answer makes room for itself, so it is the last.
  const answered = [0, 2, 3, 4, 5, 6, 7, 8, 1];
  const answers = answered.map((i) => of(say(i + 30, "bye"), i));
  const { events } = decode([...prompts, ...answers]);
  assertEquals(
    outline(events).slice(-9),
    answered.map((i) => `answer to ${i === 1 ? "?" : `hi ${i}`}: bye`),
  );
});

Deno.test("claude gives the answers of a log that begins within a turn no prompt", () => {
  const { events } = decode([
    say(2, "yo", done),
    say(3, "more", done),
  ]);
  assertEquals(outline(events), [
    ...[
      "answer to ?: yo",
      "end of ?: completed, end_turn",
      "answer to ?: more",
    ],
  ]);
  assertEquals(events.map(({ turnId }) => turnId), [null, null, null]);
});

Deno.test("claude rejects a prompt, an answer or an end that has no session, time or uuid", () => {
  const reasons: [Line, string][] = [
    [{ sessionId: undefined }, "it has no sessionId"],
    [{ timestamp: "yesterday" }, "its timestamp is not a time"],
    [{ uuid: 7 }, "it has no uuid"],
  ];
  for (
    const it of [user(1, "hi"), say(2, "yo"), duration(3), queued(4, "more")]
  ) {
    for (const [members, reason] of reasons) {
      const { events, rejected } = decode([{ ...it, ...members }]);
      assertEquals([events, rejected[0]?.reason], [[], reason]);
    }
  }
});

Deno.test("claude ignores other lines, other JSON and other text", () => {
  const lost = { sessionId: undefined };
  const tool = { type: "tool_use", id: "t", name: "Bash", input: {} };
  assertEquals(
    outlineOf([
      ...[
        { ...output(1), ...lost },
        user(2, "meta", { isMeta: true, ...lost }),
      ],
      ...[
        assistant(3, [tool], {}, lost),
        user(4, "[Request interrupted by user]"),
      ],
      ...["", "null", "[]", '"user"', "7", "# text", '{"torn'],
      { type: "summary", summary: "user", leafUuid: "u" },
      { type: "last-prompt", lastPrompt: "hi", sessionId: SID },
      line("progress", 1, { data: { message: user(2, "hi") } }),
      line("attachment", 2, { attachment: { type: "file", content: "user" } }),
      line("attachment", 3, {}),
      line("system", 4, { subtype: "api_error" }),
      line("assistant", 5, {}),
    ]),
    [],
  );
});

Deno.test("copilot-cli#4098: claude decodes the line that is glued to a torn one", () => {
  const heads = [
    JSON.stringify(user(9, "lost")).slice(0, 150),
    JSON.stringify(say(9, 'lost {"type":"user"}')).slice(0, -9),
    // A torn result of a tool, which the prefilter would skip.
    JSON.stringify(toolResult(9, "lost {} text")).slice(0, -20),
    JSON.stringify(toolResult(9, "lost")).slice(0, 250),
  ];
  for (const head of heads) {
    const glued = head + JSON.stringify(user(1, "hi {there}"));
    const { events, rejected } = decode([glued], {
      isFiltered: true,
    });
    assertEquals(outline(events), ["prompt: hi {there}"], head);
    assertEquals(rejected.length, 1);
    assertStringIncludes(rejected[0].reason, "torn line");
    assertEquals(rejected[0].text, head);
  }
});

/** The result of a tool as the current agent writes it. */
function toolResult(n: number, content: string): Line {
  const { cwd, sessionId, uuid, timestamp, parentUuid } = line("user", n, {});
  return {
    ...{ parentUuid, isSidechain: false, promptId: "p1", type: "user" },
    message: {
      role: "user",
      content: [{ tool_use_id: "t", type: "tool_result", content }],
    },
    ...{ uuid, timestamp, toolUseResult: { stdout: content, lines: [{}] } },
    ...{ sourceToolAssistantUUID: "u1", userType: "external", cwd, sessionId },
  };
}

Deno.test("claude skips a result of a tool by its last 1024 bytes, in pieces too", () => {
  const { prefilter } = claude;
  for (let size = 0; size < 1100; size++) {
    const cwd = "/".repeat(size);
    const bytes = encoder.encode(
      JSON.stringify({ ...toolResult(1, "ok"), cwd }),
    );
    const key = '"sourceToolAssistantUUID":"';
    const text = new TextDecoder().decode(bytes);
    const isNear = text.length - text.indexOf(key) <= 1024;
    const whole = prefilter.judge(bytes, 0, bytes.length);
    assertEquals(whole === Verdict.Skip, isNear, `${size}`);
    const judge = prefilter.begin();
    judge.push(bytes.subarray(0, 500));
    judge.push(bytes.subarray(500));
    assertEquals(judge.end(), whole, `${size}`);
  }
});

Deno.test("copilot-cli#2012, #2217: claude splits at LF alone, and strips NULs and CR", () => {
  const hi = JSON.stringify(user(1, "a\u2028b"));
  assertEquals(hi.includes("\u2028"), true);
  for (const it of [hi, hi + "\r", "\0\0" + hi, hi + "\0\0\0", "\uFEFF" + hi]) {
    assertEquals(outlineOf([it]), ["prompt: a\u2028b"]);
  }
});

Deno.test("getspecstory#108, skillreaper#33: one long line costs claude one line", () => {
  const log = [
    user(1, "hi"),
    user(2, "x".repeat(9000)),
    toolResult(3, "y".repeat(9000)),
    say(4, "yo"),
  ];
  const bytes = encoder.encode(
    log.map((it) => JSON.stringify(it) + "\n").join(""),
  );
  for (const size of [7, 1000, bytes.length]) {
    const file = { id: 0, name: "S.jsonl", isResumed: false };
    const splitter = new LineSplitter(file, { maxLineBytes: 5000 });
    const lines = [];
    for (let at = 0; at < bytes.length; at += size) {
      lines.push(...splitter.push(bytes.slice(at, at + size)));
    }
    const found = lines.map(({ number, bytes }) => [number, bytes === null]);
    assertEquals(
      found,
      [[1, false], [2, true], [4, false]],
      `by ${size} bytes`,
    );
  }
});

Deno.test("claude opens each line that is an object, with what its turn is found by", () => {
  const decoder = claude.decoder(null);
  const both = (it: Line) => {
    const text = JSON.stringify(it);
    return [text, encoder.encode(text + "\n")] as const;
  };
  decoder.decode(...both(user(1, "hi")));
  const result = both(toolResult(2, "ok"));
  assertEquals(decoder.open(...result).envelope, {
    bytes: result[1],
    owner: { sid: SID, pid: 0, at: Date.parse(timeOf(2)), turnId: "p1" },
  });
  const { envelope } = decoder.open(...both({ type: "mode", sessionId: SID }));
  assertEquals(envelope?.owner, null);
  assertEquals(decoder.open("[1]", encoder.encode("[1]\n")).envelope, null);
});
