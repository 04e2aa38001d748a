/**
 * The dialect of Codex's rollouts: the session files below
 * `~/.codex/sessions`.
 *
 * @module
 */

import type { Dialect } from "../dialect.ts";
import { readObject } from "../fields.ts";
import { firstLineOf } from "../head.ts";
import { isObject, parseJson } from "../json.ts";
import { ObjectDecoder } from "../object_lines.ts";
import { OLDEST_FORM, prefilter } from "./prefilter.ts";
import { Rollout } from "./rollout.ts";

/** What a rollout begins with. Its first line may be too long to be read here. */
const FIRST_LINE =
  /^[\0\s\uFEFF]*\{(?=[^\n]*"type"\s*:\s*"session_meta")(?=[^\n]*"payload"\s*:\s*\{)(?=[^\n]*"id"\s*:\s*")/;

/** The dialect of rollouts. */
export const codex: Dialect = {
  name: "codex",
  title: "rollouts of Codex",
  places: [
    "~/.codex/sessions/*/*/*/rollout-*.jsonl*",
    "~/.codex/archived_sessions/rollout-*.jsonl*",
  ],
  variable: "CODEX_HOME",
  recognises(head) {
    const text = firstLineOf(head);
    return FIRST_LINE.test(text) || OLDEST_FORM.test(text);
  },
  knows(text) {
    const { type, payload } = readObject(parseJson(text));
    return typeof type === "string" && isObject(payload);
  },
  prefilter,
  decoder: (saved) => new ObjectDecoder(prefilter, new Rollout(saved)),
};
