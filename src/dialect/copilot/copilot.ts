/**
 * The dialect of Copilot CLI's sessions (DIALECTS).
 *
 * @module
 */

import type { Dialect } from "../dialect.ts";
import { readObject } from "../fields.ts";
import { firstLineOf } from "../head.ts";
import { isObject, parseJson } from "../json.ts";
import { ObjectDecoder } from "../object_lines.ts";
import { prefilter } from "./prefilter.ts";
import { CopilotReader } from "./reader.ts";

/** What writes these sessions. */
const PRODUCER = "copilot-agent";

/** The dialect of Copilot CLI's sessions. */
export const copilot: Dialect = {
  name: "copilot",
  title: "sessions of GitHub Copilot CLI",
  places: ["~/.copilot/session-state/*/events.jsonl"],
  variable: "COPILOT_HOME",
  recognises(head) {
    const first = firstLineOf(head);
    if (!first.includes(PRODUCER)) return false;
    const { type, data } = readObject(parseJson(first.replaceAll("\0", "")));
    return type === "session.start" &&
      readObject(data).producer === PRODUCER;
  },
  knows(text) {
    const { type, data, id } = readObject(parseJson(text));
    return typeof type === "string" && typeof id === "string" && isObject(data);
  },
  prefilter,
  decoder: (saved) => new ObjectDecoder(prefilter, new CopilotReader(saved)),
};
