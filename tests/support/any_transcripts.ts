/**
 * Random session files of Claude Code, with forks, and of Copilot CLI.
 *
 * @module
 */

import { claude } from "../../src/dialect/claude/claude.ts";
import { copilot } from "../../src/dialect/copilot/copilot.ts";
import type { Json } from "../../src/dialect/json.ts";
import { type AnySessions, anyTree, Clock } from "./any_sessions.ts";
import { time } from "./rollouts.ts";

const TEXTS = ["go", "go now", 'say "user.message"', "é \u2028 {", "<tag>"];

/** Transcripts of Claude Code. */
export const anyTranscripts: AnySessions = {
  dialect: claude,
  // A fork's lines, copies or not, have its own session.
  dependsOnOrder: ["sid", "status"],
  files(random) {
    const clock = new Clock();
    let sessionId = "";
    const text = () => random.pick(TEXTS);
    const line = (type: string, members: Json): Json => {
      const second = clock.next();
      const ids = { uuid: `u${second}`, sessionId, cwd: "/w" };
      return { type, ...members, ...ids, timestamp: time(second) };
    };
    const user = (content: unknown, members: Json = {}) =>
      line("user", { message: { role: "user", content }, ...members });
    const say = (id: string, content: Json, stop: string | null = null) =>
      line("assistant", {
        message: { id, model: "x", content: [content], stop_reason: stop },
      });
    const part = () =>
      random.pick([
        { type: "text", text: text() },
        { type: "thinking", thinking: text() },
        { type: "tool_use", id: "t", name: "Bash", input: {} },
      ]);
    const result = () =>
      user([{ tool_use_id: "t", type: "tool_result", content: text() }], {
        sourceToolAssistantUUID: "u1",
      });
    return anyTree(random, (parent) => {
      sessionId = `S${clock.next()}`;
      const copied = parent?.slice(1).map((it) => ({ ...it, sessionId }));
      return [{ type: "mode", mode: "normal", sessionId }, ...copied ?? []];
    }, () => {
      const id = `m${clock.next()}`;
      return [
        random.chance(0.2)
          ? user("<command-name>/go</command-name>")
          : user(text(), random.chance(0.5) ? { promptId: "p" } : {}),
        ...Array.from({ length: random.below(4) }, () =>
          random.pick([
            () => say(id, part(), random.pick([null, "tool_use"])),
            result,
            () => line("progress", { data: {}, parentToolUseID: "t" }),
            () => user("<task-notification>"),
            () =>
              random.chance(0.3)
                ? line("attachment", {
                  attachment: {
                    ...{ type: "queued_command", prompt: text() },
                    commandMode: "prompt",
                  },
                })
                : result(),
          ])()),
        ...random.pick([
          () => [say(id, part(), "end_turn"), say(id, part(), "end_turn")],
          () => [line("system", { subtype: "turn_duration" })],
          () => [user("[Request interrupted by user]")],
          () => [],
        ])(),
      ];
    });
  },
};

/** Sessions of Copilot CLI. */
export const anyCopilotSessions: AnySessions = {
  dialect: copilot,
  files(random) {
    const clock = new Clock();
    const text = () => random.pick(TEXTS);
    const line = (type: string, data: Json): Json => {
      const second = clock.next();
      return { type, data, id: `e${second}`, timestamp: time(second) };
    };
    return anyTree(
      random,
      () => [
        line("session.start", {
          ...{ sessionId: `S${clock.next()}`, producer: "copilot-agent" },
          context: { cwd: random.pick(["/w", "/v"]) },
        }),
      ],
      () => {
        const interactionId = `I${clock.next()}`;
        const user = (data: Json = {}) =>
          line("user.message", { content: text(), interactionId, ...data });
        const call = (toolRequests: Json[]) => [
          line("assistant.turn_start", { turnId: "0" }),
          line("assistant.message", {
            ...{ content: random.pick(["", text()]), toolRequests },
            ...{ messageId: `m${clock.next()}`, interactionId },
          }),
          line("assistant.turn_end", { turnId: "0" }),
        ];
        return [
          user(),
          ...Array.from({ length: random.below(3) }, () =>
            random.pick([
              () => call([{ name: "bash" }]),
              () => [user({ delivery: "steering" })],
              () => [line("tool.execution_complete", { result: text() })],
            ])()).flat(),
          ...random.pick([
            () => call([]),
            () => [line("abort", { reason: "user_initiated" })],
            () => [
              line("assistant.turn_end", { turnId: "0" }),
              line("session.error", { message: text() }),
            ],
            () => [line("session.shutdown", { shutdownType: "routine" })],
          ])(),
        ];
      },
      () => false,
    );
  },
};
