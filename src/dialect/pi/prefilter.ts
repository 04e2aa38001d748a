/**
 * Which lines of a session of pi can concern a turn, by their bytes.
 *
 * @module
 */

import { ContainsPrefilter } from "../contains.ts";

/** The type of a line, or the role of a message, that a decoder uses. */
const WORDS = ['"session"', '"user"', '"assistant"'];

/** What the line of a message begins with that is the result of a tool. */
const TOOL_RESULT =
  /^\{"type":"message",(?:"(?:id|parentId|timestamp)":(?:"[^"\\]{0,100}"|null),){1,3}"message":\{"role":"(?:toolResult|bashExecution)"/;

/** The prefilter of `pi`. */
export const prefilter: ContainsPrefilter = new ContainsPrefilter({
  words: WORDS,
  other: { head: TOOL_RESULT, next: '{"type":"' },
});
