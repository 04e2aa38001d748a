/**
 * How a line of `sse_lines.jsonl` names its event (SPEC section 1).
 *
 * @module
 */

/** The names of the events that concern a turn. */
export const TURN_EVENTS = [
  "turn.user_message",
  "response.output_item.done",
  "turn.response.completed",
  "turn.response.aborted",
  "turn.shutdown_complete",
] as const;

/** The name of an event that concerns a turn. */
export type EventName = typeof TURN_EVENTS[number];

/** What a line begins with if its first key is the name of its event. */
export const HEAD = '{"event":"';

/** What the last envelope of a torn line begins with. */
export const ENVELOPE = '{"event":';

/** A character of a name that counts without a look at the rest of the line. */
export const IN_NAME = /[A-Za-z0-9._-]/;

const LEADING_NAME = new RegExp(`^\\${HEAD}(${IN_NAME.source}+)"`);

/** The name that the first bytes of a line give its event, if they do. */
export function leadingName(line: string): string | undefined {
  return LEADING_NAME.exec(line)?.[1];
}

/** Whether a value is the name of an event that concerns a turn. */
export function isTurnEvent(name: unknown): name is EventName {
  return TURN_EVENTS.some((event) => event === name);
}
