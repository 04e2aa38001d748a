/**
 * The dialect of Claude Code's transcripts (DIALECTS).
 *
 * @module
 */

import type { Dialect } from "../dialect.ts";
import { firstLineOf } from "../head.ts";
import { readObject } from "../fields.ts";
import { isObject, type Json, parseJson } from "../json.ts";
import { ObjectDecoder } from "../object_lines.ts";
import { prefilter } from "./prefilter.ts";
import { ClaudeReader } from "./reader.ts";

const utf8 = new TextDecoder();
/** The types of lines that a transcript begins with and that have no uuid. */
const FIRST_TYPES = [
  ...["permission-mode", "mode", "queue-operation", "file-history-snapshot"],
  ...["last-prompt", "summary", "ai-title"],
];
/** What is in each line of a transcript, but in few of other files. */
const SESSION_ID = '"sessionId"';
/** What a first line begins with that may be too long to be read as a whole. */
const LONG_FIRST_LINE = /^\{"parentUuid":(?:null|"[0-9a-f-]{36}"),"/;
/** A sub-agent's transcript: what it says is for the agent, not a person. */
const SUB_AGENT = /(?:^|\/)agent-[^/]*\.jsonl(?:\.|$)|(?:^|\/)subagents\//;

/** The dialect of Claude Code's transcripts. */
export const claude: Dialect = {
  name: "claude",
  title: "transcripts of Claude Code",
  places: ["~/.claude/projects/*/*.jsonl"],
  variable: "CLAUDE_CONFIG_DIR",
  recognises(head, fileName) {
    if (SUB_AGENT.test(fileName)) return false;
    const first = firstLineOf(head);
    if (LONG_FIRST_LINE.test(first) || isOfSession(first)) return true;
    const text = utf8.decode(head);
    return text.includes(SESSION_ID) && text.split("\n").some(isOfSession);
  },
  knows: isOfSession,
  prefilter,
  decoder: (saved) => new ObjectDecoder(prefilter, new ClaudeReader(saved)),
};

/** Whether a line is one of a transcript. */
function isOfSession(text: string): boolean {
  // To parse all first lines of thousands of other files takes long.
  if (!text.includes(SESSION_ID)) return false;
  const line = parseJson(text);
  if (!isObject(line) || typeof line.sessionId !== "string") return false;
  if (isOfQwen(line)) return false;
  return typeof line.uuid === "string" || line.parentUuid !== undefined ||
    FIRST_TYPES.some((type) => type === line.type);
}

/** Whether a line is Qwen Code's, which begins its lines alike. */
function isOfQwen({ message, systemPayload }: Json): boolean {
  return systemPayload !== undefined || "parts" in readObject(message);
}
