/**
 * Rollouts of Codex, in the proportions of public recordings.
 *
 * @module
 */

import type { Agent, Line, Session } from "./session.ts";

/** How many of them are paginated. */
const PAGINATED = 0.1;

/** How Codex writes its sessions. */
export const codex: Agent = {
  name: "codex",
  share: 52,
  hasSubAgents: true,
  path({ id, stamp }) {
    const [date, time] = stamp.slice(0, 19).split("T");
    const folder = `sessions/${date.replaceAll("-", "/")}`;
    return `${folder}/rollout-${date}T${time.replaceAll(":", "-")}-${id}.jsonl`;
  },
  head(session) {
    const lines = [
      meta(session),
      response(session, "developer", session.filling(18_000)),
    ];
    if (session.random.chance(0.7)) {
      const text = `# AGENTS.md instructions for ${session.cwd}\n\n`;
      lines.push(response(session, "user", text + session.filling(4_000)));
    }
    return lines.map((line) => numbered(session, line));
  },
  *turn(session) {
    const turnId = session.uuid();
    const lines = isPaginated(session)
      ? paginatedTurn(session, turnId)
      : legacyTurn(session, turnId);
    for (const line of lines) yield numbered(session, line);
  },
  copy(lines, fork) {
    const { random } = fork;
    const first = meta(fork);
    const payload = first.payload as Line;
    payload.forked_from_id = (lines[0].payload as Line).id;
    // Some versions write the copies with the time of the fork.
    const keepsTimes = random.chance(0.5);
    const copies = isPaginated(fork) ? [] : lines;
    return [
      numbered(fork, first),
      ...copies.map((line) =>
        keepsTimes ? line : { ...line, timestamp: fork.stamp }
      ),
    ];
  },
};

/** Whether the rollout of a session is paginated; a fork's is as its parent's. */
function isPaginated({ plan }: Session): boolean {
  const { seed } = plan.parent ?? plan;
  return seed % 100 < 100 * PAGINATED;
}

/** A line as a paginated rollout has it: numbered, and never as a message. */
function numbered(session: Session, line: Line): Line {
  if (!isPaginated(session)) return line;
  const { timestamp, ...rest } = line;
  return { timestamp, ordinal: session.nextNumber(), ...rest };
}

function meta(session: Session): Line {
  const { id, cwd, stamp, callerId } = session;
  const kind = callerId === null ? { source: "cli", thread_source: "user" } : {
    source: { subagent: { thread_spawn: { depth: 1 } } },
    thread_source: "subagent",
  };
  return line(session, "session_meta", {
    ...{ id, timestamp: stamp, cwd, originator: "codex-tui" },
    ...{ cli_version: "0.130.0", ...kind, model_provider: "openai" },
    ...(isPaginated(session) ? { history_mode: "paginated" } : {}),
    base_instructions: { text: session.filling(17_000) },
    git: { commit_hash: "0".repeat(40), branch: "main" },
  });
}

function* legacyTurn(session: Session, turnId: string): Generator<Line> {
  const { random } = session;
  yield* begin(session, turnId);
  const prompt = session.prompt();
  yield response(session, "user", prompt);
  yield userMessage(session, prompt);
  yield tokens(session);
  const course = session.course();
  for (let n = session.times(2.5); n > 0; n--) {
    yield* tool(session, turnId);
    // A person can steer a running turn with another prompt.
    if (random.chance(0.02)) yield userMessage(session, session.prompt());
    if (random.chance(0.3)) yield* say(session, session.answer(), "commentary");
  }
  if (course === "aborted") return yield abort(session, turnId);
  if (course === "killed") return;
  const text = session.answer();
  if (course === "completed") yield* say(session, text, "final_answer");
  yield tokens(session);
  yield complete(session, turnId, text, course === "failed");
}

function* paginatedTurn(session: Session, turnId: string): Generator<Line> {
  yield* begin(session, turnId);
  const prompt = session.prompt();
  const passthrough = { turn_id: turnId, content_item_kinds: ["user.text"] };
  yield response(session, "user", prompt, {
    internal_chat_message_metadata_passthrough: passthrough,
  });
  const userParts = [{ type: "text", text: prompt, text_elements: [] }];
  yield item(session, turnId, "UserMessage", { content: userParts });
  yield tokens(session);
  const course = session.course();
  for (let n = session.times(2.5); n > 0; n--) {
    yield* tool(session, turnId);
    const raw = { summary_text: [], raw_content: [] };
    yield item(session, turnId, "Reasoning", raw);
  }
  if (course === "aborted") return yield abort(session, turnId);
  if (course === "killed") return;
  const text = session.answer();
  if (course === "completed") {
    const content = [{ type: "Text", text }];
    const phase = "final_answer";
    yield item(session, turnId, "AgentMessage", { content, phase });
    yield response(session, "assistant", text, { phase });
  }
  yield complete(session, turnId, text, course === "failed");
}

function* begin(session: Session, turnId: string): Generator<Line> {
  yield event(session, "task_started", {
    ...{ turn_id: turnId, model_context_window: 258_400 },
    collaboration_mode_kind: "default",
  });
  yield line(session, "turn_context", {
    ...{ turn_id: turnId, cwd: session.cwd, timezone: "Etc/UTC" },
    ...{ approval_policy: "never", model: "m", effort: "high" },
    user_instructions: session.filling(6_000),
  });
}

/** A call of a tool and its result, as an event and for the model. */
function* tool(session: Session, turnId: string): Generator<Line> {
  const { random } = session;
  const call_id = `call_${random.hex(24)}`;
  const encrypted_content = session.filling(1_500);
  yield responseItem(session, "reasoning", { summary: [], encrypted_content });
  const cmd = session.filling(60);
  yield responseItem(session, "function_call", {
    ...{ name: "exec_command", call_id },
    arguments: JSON.stringify({ cmd, workdir: session.cwd }),
  });
  const output = session.result(3_200);
  if (random.chance(0.5)) {
    yield event(session, "exec_command_end", {
      ...{ call_id, turn_id: turnId, command: ["/bin/sh", "-lc", cmd] },
      ...{ cwd: session.cwd, aggregated_output: output, exit_code: 0 },
    });
  }
  yield responseItem(session, "function_call_output", { call_id, output });
  yield tokens(session);
}

function* say(session: Session, text: string, phase: string): Generator<Line> {
  yield event(session, "agent_message", { message: text, phase });
  yield response(session, "assistant", text, { phase });
}

function abort(session: Session, turnId: string): Line {
  const reason = "interrupted";
  return event(session, "turn_aborted", { turn_id: turnId, reason });
}

function complete(
  session: Session,
  turnId: string,
  text: string,
  isFailed: boolean,
): Line {
  return event(session, "task_complete", {
    ...{ turn_id: turnId, last_agent_message: isFailed ? null : text },
    ...(isFailed ? { error: { message: "stream disconnected" } } : {}),
    duration_ms: session.random.between(900, 90_000),
  });
}

function userMessage(session: Session, message: string): Line {
  const nothing = { images: [], local_images: [], text_elements: [] };
  return event(session, "user_message", { message, ...nothing });
}

function tokens(session: Session): Line {
  const usage = {
    ...{ input_tokens: 27_045, cached_input_tokens: 26_496 },
    ...{ output_tokens: 25, reasoning_output_tokens: 18, total_tokens: 27_070 },
  };
  return event(session, "token_count", {
    info: { total_token_usage: usage, last_token_usage: usage },
    rate_limits: {
      limit_id: "codex",
      primary: { used_percent: 2, window_minutes: 300 },
      secondary: { used_percent: 10, window_minutes: 10_080 },
    },
  });
}

function response(
  session: Session,
  role: string,
  text: string,
  more: Line = {},
): Line {
  const type = role === "assistant" ? "output_text" : "input_text";
  return responseItem(session, "message", {
    role,
    content: [{ type, text }],
    ...more,
  });
}

function item(
  session: Session,
  turnId: string,
  type: string,
  more: Line,
): Line {
  return event(session, "item_completed", {
    ...{ thread_id: session.id, turn_id: turnId },
    item: { type, id: session.uuid(), ...more },
    completed_at_ms: session.time,
  });
}

/** An item of the conversation with the model. */
function responseItem(session: Session, type: string, more: Line): Line {
  return line(session, "response_item", { type, ...more });
}

function event(session: Session, type: string, more: Line): Line {
  return line(session, "event_msg", { type, ...more });
}

function line(session: Session, type: string, payload: Line): Line {
  return { timestamp: session.after(3_000), type, payload };
}
