/**
 * Sessions of Copilot CLI, in the proportions of public recordings.
 *
 * @module
 */

import type { Agent, Line, Session } from "./session.ts";

/** How Copilot CLI writes its sessions. */
export const copilot: Agent = {
  name: "copilot",
  share: 37,
  hasSubAgents: false,
  path: ({ id }) => `session-state/${id}/events.jsonl`,
  head(session) {
    const { id, cwd, stamp } = session;
    return [
      line(session, "session.start", {
        ...{ sessionId: id, version: 1, producer: "copilot-agent" },
        ...{ copilotVersion: "1.0.77", startTime: stamp },
        context: { cwd, gitRoot: cwd, branch: "main" },
      }),
      line(session, "session.permissions_changed", { allowAll: true }),
      line(session, "session.model_change", { newModel: "auto" }),
    ];
  },
  *turn(session) {
    const { random } = session;
    const interactionId = random.uuid(session.time);
    const system = { role: "system", content: session.filling(43_000) };
    yield line(session, "system.message", { ...system, interactionId });
    yield user(session, interactionId, "idle");
    const course = session.course();
    for (let n = session.times(0.6); n > 0; n--) {
      yield* call(session, interactionId, true);
      if (random.chance(0.05)) yield user(session, interactionId, "steering");
    }
    if (course === "killed") return;
    if (course === "aborted") {
      return yield line(session, "abort", { reason: "user_initiated" });
    }
    if (course === "failed") {
      yield line(session, "assistant.turn_start", { turnId: "0" });
      yield line(session, "assistant.turn_end", { turnId: "0" });
      const message = "Could not connect";
      const errorType = "query";
      return yield line(session, "session.error", { errorType, message });
    }
    yield* call(session, interactionId, false);
    const totalNanoAiu = random.between(1, 1e9);
    yield line(session, "session.usage_checkpoint", { totalNanoAiu });
  },
  copy: null,
  tail: (session) => [
    line(session, "session.shutdown", {
      ...{ shutdownType: "routine", totalPremiumRequests: 0 },
      modelMetrics: { m: { requests: { count: 1, cost: 0 } } },
    }),
  ],
};

/** The lines of one call of the model. */
function* call(
  session: Session,
  interactionId: string,
  usesTool: boolean,
): Generator<Line> {
  const { random } = session;
  const turnId = "0";
  const toolCallId = `call_${random.hex(24)}`;
  const request = { toolCallId, name: "bash", arguments: { command: "make" } };
  yield line(session, "assistant.turn_start", { turnId, interactionId });
  yield line(session, "assistant.message", {
    ...{ messageId: random.uuid(session.time), model: "m" },
    content: usesTool && random.chance(0.5) ? "" : session.answer(),
    toolRequests: usesTool ? [request] : [],
    ...{ interactionId, turnId, reasoningOpaque: session.filling(400) },
    ...{ encryptedContent: session.filling(3_500), outputTokens: 99 },
  });
  if (usesTool) {
    const args = { command: session.filling(100) };
    const tool = { toolCallId, toolName: "bash", arguments: args, turnId };
    yield line(session, "tool.execution_start", tool);
    const result = { content: session.result(500) };
    yield line(session, "tool.execution_complete", {
      ...{ toolCallId, interactionId, turnId, success: true, result },
    });
  }
  yield line(session, "assistant.turn_end", { turnId });
}

function user(session: Session, interactionId: string, delivery: string): Line {
  const content = session.prompt();
  const transformedContent =
    `<current_datetime></current_datetime>\n${content}`;
  return line(session, "user.message", {
    ...{ content, transformedContent, attachments: [] },
    ...{ delivery, interactionId },
  });
}

/** An event: each names the one before. */
function line(session: Session, type: string, data: Line): Line {
  const parentId = session.last;
  const timestamp = session.after(3_000);
  const id = session.last = session.uuid();
  return { type, data, id, timestamp, parentId };
}
