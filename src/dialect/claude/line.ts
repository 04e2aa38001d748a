/**
 * The members of a line that its events are made of.
 *
 * @module
 */

import type { Prompt } from "../../turns/event.ts";
import { needText, readText, readTime } from "../fields.ts";
import type { Json } from "../json.ts";

/** The agent that writes transcripts. */
const AGENT = "claude";

/**
 * The prompt of a line.
 *
 * @throws {Undecodable} Where it has no session, time or uuid.
 */
export function readPrompt(line: Json, text: string): Prompt {
  const fields = readFields(line);
  const turnId = readText(line.promptId) ?? readUuid(line);
  return { ...fields, turnId, text, kind: "prompt" };
}

/**
 * What the events of a line share, but their turn.
 *
 * @throws {Undecodable} Where it has no session, time or uuid.
 */
export function readFields(line: Json) {
  return {
    sid: readSid(line),
    pid: 0,
    ...readTime(line.timestamp),
    // Copies of a line, as in a fork, keep its uuid.
    key: `${AGENT}|${readUuid(line)}`,
    agent: AGENT,
    cwd: readText(line.cwd),
  };
}

/** @throws {Undecodable} Where a line has no session. */
export function readSid({ sessionId }: Json): string {
  return needText(sessionId, "it has no sessionId");
}

/** @throws {Undecodable} Where a line has no uuid. */
export function readUuid({ uuid }: Json): string {
  return needText(uuid, "it has no uuid");
}
