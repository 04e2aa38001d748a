/**
 * The dialect of Copilot CLI's sessions (DIALECTS).
 *
 * @module
 */

import type { Dialect } from "../dialect.ts";
import { readObject } from "../fields.ts";
import { isObject, parseJson } from "../json.ts";
import { CopilotDecoder } from "./decoder.ts";
import { prefilter } from "./prefilter.ts";

const utf8 = new TextDecoder();

/** The dialect of Copilot CLI's sessions. */
export const copilot: Dialect = {
  name: "copilot",
  title: "sessions of GitHub Copilot CLI",
  places: ["~/.copilot/session-state/*/events.jsonl"],
  variable: "COPILOT_HOME",
  recognises(head) {
    const [first] = utf8.decode(head).split("\n", 1);
    const { type, data } = readObject(parseJson(first.replaceAll("\0", "")));
    return type === "session.start" &&
      readObject(data).producer === "copilot-agent";
  },
  knows(text) {
    const { type, data, id } = readObject(parseJson(text));
    return typeof type === "string" && typeof id === "string" && isObject(data);
  },
  prefilter: () => prefilter,
  decoder: (saved) => new CopilotDecoder(saved),
};
