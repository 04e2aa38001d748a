/**
 * The dialect of pi's session files below `~/.pi/agent/sessions`, and of the
 * agents that are made of pi.
 *
 * @module
 */

import type { Dialect } from "../dialect.ts";
import { readObject } from "../fields.ts";
import { firstLineOf } from "../head.ts";
import { isObject, parseJson } from "../json.ts";
import { ObjectDecoder } from "../object_lines.ts";
import { prefilter } from "./prefilter.ts";
import { PiReader } from "./reader.ts";

/** What a session file begins with. */
const FIRST_LINE =
  /^[\0\s\uFEFF]*\{"type"\s*:\s*"session"\s*,(?=[^\n]*"id"\s*:\s*")(?=[^\n]*"cwd"\s*:\s*")/;

/** The dialect of pi. */
export const pi: Dialect = {
  name: "pi",
  title: "sessions of pi",
  places: ["~/.pi/agent/sessions/*/*.jsonl"],
  variable: "PI_CODING_AGENT_DIR",
  recognises: (head) => FIRST_LINE.test(firstLineOf(head)),
  knows(text) {
    const { type, message } = readObject(parseJson(text));
    return type === "message" && isObject(message) || FIRST_LINE.test(text);
  },
  prefilter,
  decoder: (saved) => new ObjectDecoder(prefilter, new PiReader(saved)),
};
