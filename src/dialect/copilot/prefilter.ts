/**
 * Finds the lines of a session of Copilot CLI that can concern a turn, by their
 * bytes.
 *
 * @module
 */

import { ContainsPrefilter } from "../contains.ts";

/** The types of lines that are read. */
const TYPES = [
  ...["session.start", "session.resume", "session.context_changed"],
  ...["user.message", "assistant.message", "assistant.turn_end"],
  ...["session.task_complete", "abort", "session.error", "session.shutdown"],
];

const NAMES = TYPES.map((type) => type.replace(".", "\\.")).join("|");

/** The prefilter of `copilot`. */
export const prefilter: ContainsPrefilter = new ContainsPrefilter({
  words: TYPES.map((type) => `"${type}"`),
  other: {
    head: new RegExp(`^\\{"type":"(?!(?:${NAMES})")[a-z_.]{1,100}"`),
    next: '{"type":"',
  },
});
