/**
 * Transcripts of Claude Code, in the proportions of public recordings.
 *
 * @module
 */

import type { Agent, Line, Session } from "./session.ts";

/** How Claude Code writes its sessions. */
export const claude: Agent = {
  name: "claude",
  share: 86,
  hasSubAgents: true,
  path({ id, callerId, project, random }) {
    const folder = `projects/-home-dev-${project}`;
    return callerId === null
      ? `${folder}/${id}.jsonl`
      : `${folder}/${callerId}/subagents/agent-${random.hex(17)}.jsonl`;
  },
  head(session) {
    const sessionId = sidOf(session);
    return [
      { type: "permission-mode", permissionMode: "default", sessionId },
      { type: "mode", mode: "normal", sessionId },
    ];
  },
  *turn(session) {
    const { random } = session;
    const promptId = random.uuid(session.time);
    yield snapshot(session);
    yield user(session, promptId, session.prompt());
    yield attached(session, { type: "deferred_tools_delta" }, 1_700);
    if (random.chance(0.5)) {
      yield attached(session, { type: "skill_listing" }, 13_000);
    }
    const course = session.course();
    for (let n = session.times(3); n > 0; n--) {
      yield* call(session, promptId);
      if (!random.chance(0.02)) continue;
      const commandMode = "prompt";
      const prompt = session.prompt();
      yield attached(session, { type: "queued_command", prompt, commandMode });
    }
    if (course === "killed") return;
    if (course === "aborted") {
      const text = "[Request interrupted by user]";
      return yield user(session, promptId, [{ type: "text", text }]);
    }
    if (course === "failed") {
      const model = "<synthetic>";
      const text = "API Error: 529 overloaded";
      const stop = "stop_sequence";
      const id = random.uuid(session.time);
      const line = say(session, { model, id }, { type: "text", text }, stop);
      return yield { ...line, isApiErrorMessage: true };
    }
    const id = `msg_${random.hex(24)}`;
    const text = session.answer();
    const part = { type: "text", text };
    yield say(session, { model: "m", id }, part, "end_turn");
    if (random.chance(0.6)) {
      const durationMs = random.between(900, 90_000);
      yield entry(session, {
        ...{ type: "system", subtype: "turn_duration", durationMs },
      }, { isMeta: false });
    }
    const sessionId = sidOf(session);
    yield { type: "last-prompt", lastPrompt: session.filling(100), sessionId };
    yield { type: "ai-title", aiTitle: session.filling(30), sessionId };
  },
  copy(lines, fork) {
    return lines.map((line) =>
      "sessionId" in line ? { ...line, sessionId: fork.id } : line
    );
  },
};

/** Lines of a call of the model that uses a tool. */
function* call(session: Session, promptId: string): Generator<Line> {
  const { random } = session;
  const message = { model: "m", id: `msg_${random.hex(24)}` };
  const stop = "tool_use";
  if (random.chance(0.3)) {
    const signature = session.filling(2_400);
    yield say(session, message, { type: "thinking", thinking: "", signature });
  }
  if (random.chance(0.4)) {
    yield say(session, message, { type: "text", text: session.answer() });
  }
  const id = `toolu_${random.hex(24)}`;
  const input = { command: session.filling(700), description: "Run it" };
  const part = { type: "tool_use", id, name: "Bash", input };
  yield say(session, message, part, stop);
  const asker = session.last;
  if (random.chance(0.25)) {
    yield entry(session, {
      type: "progress",
      data: { type: "hook_progress", hookEvent: "PreToolUse" },
    }, { toolUseID: id, parentToolUseID: id });
  }
  const content = session.result(1_600);
  const result = { tool_use_id: id, type: "tool_result", content };
  yield user(session, promptId, [{ ...result, is_error: false }], {
    toolUseResult: { stdout: content, stderr: "", interrupted: false },
    sourceToolAssistantUUID: asker,
  });
}

function user(
  session: Session,
  promptId: string,
  content: unknown,
  more: Line = {},
): Line {
  const message = { role: "user", content };
  return entry(session, { promptId, type: "user", message }, more);
}

function say(
  session: Session,
  message: Line,
  part: Line,
  stop_reason: string | null = null,
): Line {
  const usage = {
    ...{ input_tokens: 6, cache_creation_input_tokens: 29_152 },
    ...{ cache_read_input_tokens: 0, output_tokens: 278 },
    cache_creation: { ephemeral_5m_input_tokens: 0 },
  };
  const { model, id } = message;
  const head = { model, id, type: "message", role: "assistant" };
  const rest = { content: [part], stop_reason, stop_sequence: null, usage };
  const requestId = `req_${session.random.hex(24)}`;
  const type = "assistant";
  return entry(session, { message: { ...head, ...rest }, requestId, type });
}

function attached(session: Session, attachment: Line, bytes = 0): Line {
  const content = bytes > 0 ? { content: session.filling(bytes) } : {};
  const all = { ...attachment, ...content };
  return entry(session, { attachment: all, type: "attachment" });
}

function snapshot(session: Session): Line {
  const messageId = session.uuid();
  const timestamp = session.stamp;
  return {
    ...{ type: "file-history-snapshot", messageId },
    snapshot: { messageId, trackedFileBackups: {}, timestamp },
    isSnapshotUpdate: false,
  };
}

/** A line of the chain: each names the one before. */
function entry(session: Session, members: Line, more: Line = {}): Line {
  const parentUuid = session.last;
  const timestamp = session.after(5_000);
  const uuid = session.last = session.uuid();
  return {
    ...{ parentUuid, isSidechain: session.callerId !== null },
    ...{ ...members, uuid, timestamp, ...more, userType: "external" },
    ...{ entrypoint: "cli", cwd: session.cwd, sessionId: sidOf(session) },
    ...{ version: "2.1.143", gitBranch: "main" },
  };
}

/** The session that a line is of: a sub-agent's is its caller's. */
function sidOf({ id, callerId }: Session): string {
  return callerId ?? id;
}
