/**
 * Lines of Codex's rollouts.
 *
 * @module
 */

import type { Json } from "../../src/dialect/json.ts";

/** An id in the shape of a UUIDv7 that was made in a second of the test's day. */
export function uuid(second: number): string {
  const ms = (Date.UTC(2026, 0, 2, 3, 0, 0) + second * 1000).toString(16)
    .padStart(12, "0");
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
}

/** A second of the test's day, as a timestamp. */
export function time(second: number): string {
  return new Date(Date.UTC(2026, 0, 2, 3, 0, 0) + second * 1000).toISOString();
}

/** A line of a rollout. */
export function rolloutLine(second: number, type: string, payload: Json): Json {
  return { timestamp: time(second), type, payload };
}

/** The line that begins a session. */
export function meta(second: number, more: Json = {}): Json {
  return rolloutLine(second, "session_meta", {
    ...{ id: uuid(second), timestamp: time(second), cwd: "/w" },
    ...{ originator: "codex-tui", cli_version: "0.130.0", source: "cli" },
    ...more,
  });
}

/** The lines that begin a turn; it is named by its second. */
export function started(second: number, cwd = "/w/turn"): Json[] {
  const turn_id = uuid(second);
  return [
    event(second, "task_started", { turn_id }),
    rolloutLine(second, "turn_context", { turn_id, cwd, model: "m" }),
  ];
}

/** A line of a type of event. */
export function event(second: number, type: string, more: Json = {}): Json {
  return rolloutLine(second, "event_msg", { type, ...more });
}

/** A prompt of the open turn. */
export function user(second: number, message: string, more: Json = {}): Json {
  return event(second, "user_message", { message, images: [], ...more });
}

/** An answer of the open turn. */
export function agent(second: number, message: string): Json {
  return event(second, "agent_message", { message, phase: "final_answer" });
}

/** The end of a turn. */
export function complete(second: number, turn: number, more: Json = {}): Json {
  return event(second, "task_complete", { turn_id: uuid(turn), ...more });
}

/** The end of a turn that a person aborted. */
export function aborted(second: number, turn: number): Json {
  const turn_id = uuid(turn);
  return event(second, "turn_aborted", { turn_id, reason: "interrupted" });
}

/** An item of a turn, as paginated rollouts have them. */
export function item(second: number, turn: number, item: Json): Json {
  const place = { thread_id: uuid(0), turn_id: uuid(turn) };
  return event(second, "item_completed", { ...place, item });
}

/** A prompt as an item. */
export function userItem(second: number, turn: number, text: string): Json {
  const content = [{ type: "text", text }];
  return item(second, turn, { type: "UserMessage", id: `u${second}`, content });
}

/** An answer as an item. */
export function agentItem(second: number, turn: number, text: string): Json {
  const content = [{ type: "Text", text }];
  return item(second, turn, {
    type: "AgentMessage",
    id: `a${second}`,
    content,
  });
}

/** A message for the model, with the kinds of its parts. */
export function response(
  second: number,
  turn: number,
  parts: (readonly [kind: string, text: string])[],
  role = "user",
): Json {
  return rolloutLine(second, "response_item", {
    ...{ type: "message", id: `m${second}`, role },
    content: parts.map(([, text]) => ({ type: "input_text", text })),
    internal_chat_message_metadata_passthrough: {
      turn_id: uuid(turn),
      content_item_kinds: parts.map(([kind]) => kind),
    },
  });
}

/** The result of a tool, which no decoder uses. */
export function toolResult(second: number, output: string): Json {
  const payload = { type: "function_call_output", call_id: "c", output };
  return rolloutLine(second, "response_item", payload);
}

/** A log of lines. */
export function logOf(...lines: (Json | Json[])[]): string {
  return lines.flat().map((line) => JSON.stringify(line) + "\n").join("");
}
