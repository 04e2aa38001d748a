/**
 * How a line of `sse_lines.jsonl` names its event (SPEC section 1).
 *
 * @module
 */

import { ESCAPED_ASCII } from "../ascii.ts";

/** The names of the events of Codex that concern a turn. */
const CODEX_EVENTS = [
  "turn.user_message",
  "response.output_item.done",
  "turn.response.completed",
  "turn.response.aborted",
  "turn.shutdown_complete",
] as const;

/** The name of an event of Codex that concerns a turn. */
export type CodexEvent = typeof CODEX_EVENTS[number];

/** The event of Claude Code that holds a piece of a message. */
export const DELTA = "claude.content_block_delta";

/** The names of the events of Claude Code that concern a turn. */
const CLAUDE_EVENTS = [
  "claude.user_prompt",
  "claude.message_start",
  DELTA,
  "claude.message_stop",
  "claude.stop",
  "claude.queue_operation",
  "claude.session_end",
] as const;

/** The name of an event of Claude Code that concerns a turn. */
export type ClaudeEvent = typeof CLAUDE_EVENTS[number];

/** The names of all events that concern a turn. */
export const TURN_EVENTS = [...CODEX_EVENTS, ...CLAUDE_EVENTS] as const;

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

/**
 * What is in each {@linkcode DELTA} that can concern a turn, after the head: the
 * type of a piece of text, or the whole envelope that is glued to a torn one.
 * Most deltas are of other types.
 */
export const DELTA_WORDS: readonly string[] = ["text_delta", ENVELOPE];

/** Whether the line of a {@linkcode DELTA} can concern a turn. */
export function mayHoldText(line: string): boolean {
  return DELTA_WORDS.some((word) => line.includes(word, HEAD.length)) ||
    ESCAPED_ASCII.test(line);
}

/** Whether a value is the name of an event that concerns a turn. */
export function isTurnEvent(name: unknown): name is CodexEvent | ClaudeEvent {
  return TURN_EVENTS.some((event) => event === name);
}

/** Whether an event that concerns a turn is one of Claude Code. */
export function isOfClaude(
  name: CodexEvent | ClaudeEvent,
): name is ClaudeEvent {
  return name.startsWith("claude.");
}
