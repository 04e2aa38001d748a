/**
 * Which lines of a rollout can concern a turn, by their bytes.
 *
 * @module
 */

import { ContainsPrefilter } from "../contains.ts";

/** The types of lines, of events and of items that a decoder uses. */
const WORDS = [
  ...["session_meta", "turn_context", "user_message", "agent_message"],
  ...["task_started", "turn_started", "task_complete", "turn_complete"],
  ...["turn_aborted", "UserMessage", "AgentMessage", "Plan"],
  "content_item_kinds",
].map((word) => `"${word}"`);

/**
 * The first line of a rollout of the oldest form, whose messages have neither
 * times nor a type of line.
 */
export const OLDEST_FORM =
  /^\{"id":"[^"\\]{1,100}","timestamp":"[^"\\]{1,100}","(?:instructions|git)"/;

const BEFORE_TYPE = String
  .raw`\{"timestamp":"[^"\\]{1,100}",(?:"ordinal":\d{1,20},)?"type":"`;
const BEFORE_ITEM = String
  .raw`,"thread_id":"[^"\\]{1,100}","turn_id":"[^"\\]{1,100}","item":\{"type":"`;

/** The names that a string has if it has none of `names`, with its last quote. */
function otherThan(...names: string[]): string {
  return `(?!(?:${names.join("|")})")[A-Za-z_./-]{1,100}"`;
}

const OTHER_EVENT = otherThan(
  ...["user_message", "agent_message", "task_started", "turn_started"],
  ...["task_complete", "turn_complete", "turn_aborted", "item_completed"],
);
const OTHER_ITEM = otherThan("UserMessage", "AgentMessage", "Plan");
const PAYLOAD = String.raw`,"payload":\{"type":"`;

/** What a line that does not concern a turn begins with. */
const OTHER = new RegExp(
  `^${BEFORE_TYPE}(?:${
    [
      otherThan("session_meta", "turn_context", "event_msg", "response_item"),
      `response_item"${PAYLOAD}${otherThan("message")}`,
      `event_msg"${PAYLOAD}${OTHER_EVENT}`,
      `event_msg"${PAYLOAD}item_completed"${BEFORE_ITEM}${OTHER_ITEM}`,
    ].join("|")
  })`,
);

/** The prefilter of `codex`. */
export const prefilter: ContainsPrefilter = new ContainsPrefilter({
  words: WORDS,
  starts: OLDEST_FORM,
  other: { head: OTHER, next: '{"timestamp":"' },
});
