/**
 * Random session files of agents for properties, each from a seed: what agents
 * write in any order, copied and damaged.
 *
 * @module
 */

import type { Random } from "../../tools/gen_log/random.ts";

type Line = Record<string, unknown>;

/** Texts that would mislead a search by bytes. */
const TEXTS = [
  ...["hi", "", "é👋\u2028", 'a "b" \\ {c}', '{"type":"user"}'],
  ...["x".repeat(3000), "{".repeat(40), '"sourceToolAssistantUUID":"'],
];

/** The lines of a transcript of Claude Code. */
export function claudeLines(random: Random, count: number): string[] {
  const uuid = () => `u${random.below(count)}`;
  const wrap = (type: string, members: Line, last: Line = {}): Line => {
    const ids = { parentUuid: uuid(), isSidechain: random.chance(0.1) };
    const rest = {
      ...{ uuid: uuid(), timestamp: timeOf(random.below(100)) },
      ...{ ...last, userType: "external", cwd: "/w" },
      sessionId: random.pick(["s1", "s1", "s1", "s2"]),
    };
    return random.chance(0.5)
      ? { ...ids, type, ...members, ...rest }
      : { ...ids, ...members, type, ...rest };
  };
  const user = (content: unknown, last: Line = {}) =>
    wrap(
      "user",
      { promptId: `p${random.below(5)}`, message: { content } },
      last,
    );
  const text = () => random.pick(TEXTS);
  const assistant = (last: Line = {}) => {
    const block = random.pick([
      { type: "text", text: text() },
      { type: "thinking", thinking: text() },
      { type: "tool_use", id: "t", name: "Write", input: { content: text() } },
    ]);
    const message = {
      ...{
        id: `m${random.below(3)}`,
        model: random.pick(["x", "<synthetic>"]),
      },
      stop_reason: random.pick([null, "tool_use", "end_turn"]),
      content: [block],
    };
    return wrap("assistant", { message }, last);
  };
  const result = () => {
    const part = { tool_use_id: "t", type: "tool_result", content: text() };
    const last = {
      toolUseResult: random.pick([{ stdout: text() }, text()]),
      sourceToolAssistantUUID: uuid(),
    };
    return user([part], random.chance(0.2) ? {} : last);
  };
  const attachment = (type: string) =>
    wrap("attachment", {
      attachment: { type, prompt: text(), commandMode: "prompt" },
    });
  const kinds: (() => Line)[] = [
    ...[() => user(text()), () => user([{ type: "text", text: text() }])],
    ...[assistant, assistant, result, result, () => attachment("file")],
    ...[
      () => attachment("queued_command"),
      () => user(text(), { isMeta: true }),
    ],
    () => assistant({ isApiErrorMessage: true }),
    () => user("[Request interrupted by user]"),
    () => user("<command-name>/go</command-name>"),
    () => user("<local-command-stdout></local-command-stdout>"),
    () => wrap("system", { subtype: "turn_duration" }),
    () =>
      wrap("progress", { data: { message: user(text()) } }, {
        parentToolUseID: "t",
      }),
    () => ({
      ...{ type: "file-history-snapshot", messageId: uuid() },
      ...{ snapshot: { text: text() }, isSnapshotUpdate: false },
    }),
  ];
  return damaged(
    random,
    Array.from({ length: count }, () => random.pick(kinds)()),
  );
}

/** The lines of a session of Copilot CLI. */
export function copilotLines(random: Random, count: number): string[] {
  const text = () => random.pick(TEXTS);
  const kinds: (() => [string, Line])[] = [
    () => ["session.start", { sessionId: random.pick(["s1", "s2"]) }],
    () => ["session.resume", { context: { cwd: random.pick(["/v", "/w"]) } }],
    () => ["user.message", { content: text(), interactionId: "I1" }],
    () => [
      "user.message",
      { content: text(), interactionId: "I1", delivery: "steering" },
    ],
    () => ["user.message", { content: text(), source: "skill-x" }],
    () => [
      "assistant.message",
      {
        ...{ content: text(), messageId: `m${random.below(4)}` },
        toolRequests: random.pick([[], [], [{ name: "bash" }]]),
      },
    ],
    () => ["assistant.turn_end", { turnId: "0" }],
    () => ["assistant.turn_start", { turnId: "0" }],
    () => ["tool.execution_complete", { result: { content: text() } }],
    () => ["system.message", { content: text() }],
    () => ["session.error", { message: text() }],
    () => ["session.task_complete", { success: true }],
    () => ["abort", { reason: "user_initiated" }],
    () => ["session.shutdown", { shutdownType: "routine" }],
  ];
  const lines = Array.from({ length: count }, () => {
    const [type, data] = random.pick(kinds)();
    const agent = random.chance(0.05) ? { agentId: "a" } : {};
    const ids = { id: `e${random.below(count)}`, ...agent };
    return { type, data, ...ids, timestamp: timeOf(random.below(100)) };
  });
  return damaged(random, lines);
}

/** The line as another writer would write the same, which no prefilter expects. */
export function respaced(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), null, 1).replaceAll("\n", " ");
  } catch {
    return line;
  }
}

/** Writes lines as JSON: some of them again, torn, glued, or with padding. */
function damaged(random: Random, lines: Line[]): string[] {
  const texts = lines.map((line) => JSON.stringify(line));
  return texts.map((text) => {
    if (random.chance(0.9)) return text;
    const other = random.pick(texts);
    const torn = other.slice(0, random.below(other.length));
    return random.pick([
      ...[other, torn, torn + text, text + other],
      ...["\0" + text + "\0\r", "[1]", ""],
    ]);
  });
}

function timeOf(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 2) + seconds * 1000).toJSON();
}
