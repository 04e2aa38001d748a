/**
 * Log lines for tests, in the form that the current writer gives them.
 *
 * @module
 */

import type {
  Answer,
  End,
  Prompt,
  SessionEnd,
  TurnEvent,
} from "../../src/turns/event.ts";
import { parseInstant } from "../../src/turns/instant.ts";

type Fields = Partial<Omit<Prompt, "kind" | "at" | "key">>;
type EndFields =
  & Omit<Fields, "text">
  & Partial<Pick<End, "outcome" | "reason">>;

const DEFAULTS = {
  sid: "019a967c-2894-74b3-bfd7-24d460bc9c78",
  pid: 83534,
  t: "2025-11-18T19:26:43.256",
  turnId: null,
  agent: "codex",
  cwd: null,
};

/** A prompt; fields that a test does not care about are filled in. */
export function prompt(fields: Fields = {}): Prompt {
  const { text = "hello" } = fields;
  return { kind: "prompt", text, ...complete(fields, text) };
}

/** An answer; fields that a test does not care about are filled in. */
export function answer(fields: Fields = {}): Answer {
  const { text = "hello" } = fields;
  const all = complete(fields, text);
  return { kind: "answer", text, promptKey: null, ...all };
}

/** The end of a turn; fields that a test does not care about are filled in. */
export function end(fields: EndFields = {}): End {
  const { outcome = "completed", reason = null } = fields;
  const { turnId } = { ...DEFAULTS, ...fields };
  const all = complete(fields, nameOfEnd(outcome), turnId ?? "");
  return { kind: "end", outcome, reason, promptKey: null, ...all };
}

/** The end of a session; fields that a test does not care about are filled in. */
export function sessionEnd(
  fields: Omit<EndFields, "outcome"> = {},
): SessionEnd {
  const { reason = null } = fields;
  const { turnId } = { ...DEFAULTS, ...fields };
  const all = complete(fields, SESSION_END, turnId ?? "");
  return { kind: "session end", reason, ...all };
}

function complete<T extends Omit<Fields, "text">>(
  fields: T,
  ...own: string[]
) {
  const all = { ...DEFAULTS, ...fields };
  const key = [all.sid, all.pid, all.t, ...own].join("|");
  return { ...all, key, at: parseInstant(all.t)! };
}

const SESSION_END = "turn.shutdown_complete";

/** No event of this log says that a turn failed. */
function nameOfEnd(outcome: End["outcome"]): string {
  return outcome === "completed"
    ? "turn.response.completed"
    : "turn.response.aborted";
}

/** The name and the data of an event. */
function contentOf(event: TurnEvent): [name: string, data: object] {
  switch (event.kind) {
    case "prompt":
      return [
        "turn.user_message",
        { payload: { message: event.text, kind: "plain" } },
      ];
    case "answer":
      return ["response.output_item.done", { item: message(event.text) }];
    case "end":
      return [nameOfEnd(event.outcome), payloadOf(event.reason)];
    case "session end":
      return [SESSION_END, payloadOf(event.reason)];
  }
}

function payloadOf(reason: string | null): object {
  return reason === null ? {} : { payload: { reason } };
}

/** The envelope of an event, before it is written as a line. */
export function envelope(event: TurnEvent): Record<string, unknown> {
  const [name, data] = contentOf(event);
  return {
    event: name,
    t: event.t,
    line: `data: ${JSON.stringify({ type: name, ...data })}`,
    metadata: JSON.stringify({
      turn_id: event.turnId ?? undefined,
      ver: "codex.0.58.0",
      pid: event.pid,
      cwd: event.cwd ?? undefined,
    }),
    flow_id: `${event.sid}__turn`,
    sid: event.sid,
  };
}

/** An assistant message as an item of a response. */
export function message(text: string) {
  return {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text }],
  };
}

/** The line of an event, without its newline. */
export function lineOf(event: TurnEvent): string {
  return JSON.stringify(envelope(event));
}

/** The text of a log that holds these events. */
export function logOf(events: TurnEvent[]): string {
  return events.map((event) => lineOf(event) + "\n").join("");
}

/** A time `seconds` after a fixed one, as the current writer gives it. */
export function at(seconds: number): string {
  const base = Date.UTC(2025, 10, 18, 12);
  return new Date(base + seconds * 1000).toISOString().slice(0, -1);
}
