/**
 * Sessions of pi, in the proportions of public recordings.
 *
 * @module
 */

import type { Agent, Line, Session } from "./session.ts";

const STOPS = { completed: "stop", aborted: "aborted", failed: "error" };

/** How pi writes its sessions. */
export const pi: Agent = {
  name: "pi",
  share: 36,
  hasSubAgents: false,
  path: (session) => `sessions/${fileOf(session)}`,
  head(session) {
    const { id, cwd, stamp: timestamp } = session;
    const model = { provider: "openai", modelId: "m" };
    return [
      { type: "session", version: 3, id, timestamp, cwd },
      entry(session, "model_change", model),
      entry(session, "thinking_level_change", { thinkingLevel: "high" }),
    ];
  },
  *turn(session) {
    const content = [{ type: "text", text: session.prompt() }];
    yield message(session, { role: "user", content });
    const course = session.course();
    for (let n = session.times(2.8); n > 0; n--) yield* round(session);
    if (course === "killed") return;
    const text = session.answer();
    const parts = [thought(session), { type: "text", text }];
    const error = course === "failed" ? { errorMessage: "overloaded" } : {};
    yield reply(session, parts, STOPS[course], error);
  },
  copy([first, ...entries], fork) {
    const { id, cwd, stamp: timestamp } = fork;
    const parentSession =
      `/home/dev/.pi/agent/sessions/--home-dev-x--/x_${first.id}.jsonl`;
    const head = { type: "session", version: 3, id, timestamp, cwd };
    return [{ ...head, parentSession }, ...entries];
  },
};

/** The folder and the name of a session's file. */
function fileOf({ cwd, id, stamp }: Session): string {
  const time = stamp.replaceAll(/[:.]/g, "-");
  return `-${cwd.replaceAll("/", "-")}--/${time}_${id}.jsonl`;
}

/** A call of the model that uses a tool, and the tool's result. */
function* round(session: Session): Generator<Line> {
  const id = `call_${session.random.hex(24)}`;
  const args = { command: session.filling(400) };
  const call = { type: "toolCall", id, name: "bash", arguments: args };
  const parts = [thought(session), call];
  // The model may say what it does.
  if (session.random.chance(0.3)) {
    parts.splice(1, 0, { type: "text", text: session.answer() });
  }
  yield reply(session, parts, "toolUse");
  const content = [{ type: "text", text: session.result(5_400) }];
  const result = { role: "toolResult", toolCallId: id, toolName: "bash" };
  yield message(session, { ...result, content, isError: false });
}

function thought(session: Session): Line {
  const thinkingSignature = session.filling(1_600);
  return { type: "thinking", thinking: "", thinkingSignature };
}

function reply(
  session: Session,
  content: Line[],
  stopReason: string,
  more: Line = {},
): Line {
  const cost = { input: 0.005, output: 0.001, total: 0.006 };
  return message(session, {
    ...{ role: "assistant", content, api: "responses", provider: "openai" },
    ...{ model: "m", usage: { input: 3_098, output: 44, cost }, stopReason },
    ...more,
  });
}

function message(session: Session, message: Line): Line {
  return entry(session, "message", {
    message: { ...message, timestamp: session.time },
  });
}

/** An entry: each names the one before. */
function entry(session: Session, type: string, more: Line): Line {
  const parentId = session.last;
  const id = session.last = session.random.hex(8);
  return { type, id, parentId, timestamp: session.after(4_000), ...more };
}
