/**
 * Log lines for tests, in the form that the current writer gives them.
 *
 * @module
 */

import type { Answer, Prompt, TurnEvent } from "../../src/turns/event.ts";
import { parseInstant } from "../../src/turns/instant.ts";

type Fields = Partial<Omit<Prompt, "kind" | "at" | "key">>;

const DEFAULTS = {
  sid: "019a967c-2894-74b3-bfd7-24d460bc9c78",
  pid: 83534,
  t: "2025-11-18T19:26:43.256",
  text: "hello",
  turnId: null,
  agent: "codex",
  cwd: null,
};

/** A prompt; fields that a test does not care about are filled in. */
export function prompt(fields: Fields = {}): Prompt {
  return { kind: "prompt", ...complete(fields) };
}

/** An answer; fields that a test does not care about are filled in. */
export function answer(fields: Fields = {}): Answer {
  return { kind: "answer", promptKey: null, ...complete(fields) };
}

function complete(fields: Fields) {
  const all = { ...DEFAULTS, ...fields };
  const key = [all.sid, all.pid, all.t, all.text].join("|");
  return { ...all, key, at: parseInstant(all.t)! };
}

/** The envelope of an event, before it is written as a line. */
export function envelope(event: TurnEvent): Record<string, unknown> {
  const name = event.kind === "prompt"
    ? "turn.user_message"
    : "response.output_item.done";
  const data = event.kind === "prompt"
    ? { type: name, payload: { message: event.text, kind: "plain" } }
    : { type: name, item: message(event.text) };
  return {
    event: name,
    t: event.t,
    line: `data: ${JSON.stringify(data)}`,
    metadata: JSON.stringify({
      turn_id: event.turnId ?? undefined,
      ver: "codex.0.58.0",
      pid: event.pid,
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
