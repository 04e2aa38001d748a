/**
 * Reads the lines of a session of pi: it remembers the session that the first
 * line names, and the last prompt.
 *
 * @module
 */

import type { EventOwner, Outcome, TurnEvent } from "../../turns/event.ts";
import {
  joinParts,
  needText,
  readInstant,
  readObject,
  readText,
  readTime,
} from "../fields.ts";
import type { Json } from "../json.ts";
import type { ObjectReader } from "../object_lines.ts";
import { Undecodable } from "../undecodable.ts";

/** What is remembered between two lines. */
interface Session {
  id: string;
  /** The session it was made of, whose entries it begins with. */
  parent: string | null;
  /** When it was made; earlier entries are its parent's. */
  at: number | null;
  cwd: string | null;
  promptKey: string | null;
}

const AGENT = "pi";
/** What the reason why the model stopped says of the turn; others do not end it. */
const OUTCOMES: Record<string, Outcome> = {
  stop: "completed",
  length: "completed",
  aborted: "aborted",
  error: "failed",
};
/** The id of a session in the name of its file. */
const ID_IN_PATH = /_([^_/\\]+)\.jsonl$/;

/** Reads the lines of one file, or of several, one after the other. */
export class PiReader implements ObjectReader {
  #session: Session | null;

  constructor(saved: string | null) {
    this.#session = saved === null ? null : JSON.parse(saved);
  }

  save(): string | null {
    return this.#session === null ? null : JSON.stringify(this.#session);
  }

  read(line: Json): TurnEvent[] {
    if (line.type === "session") this.#session = readSession(line);
    if (line.type !== "message") return [];
    const message = readObject(line.message);
    if (message.role === "user") return this.#readUser(line, message);
    if (message.role === "assistant") return this.#readAssistant(line, message);
    return [];
  }

  owner({ type, timestamp }: Json): EventOwner | null {
    const at = readInstant(timestamp);
    if (this.#session === null || at === null || type === "session") {
      return null;
    }
    return { sid: sidAt(this.#session, at), pid: 0, at, turnId: null };
  }

  #readUser(line: Json, { content }: Json): TurnEvent[] {
    const { session, entry } = this.#place(line);
    const text = joinParts(content, ["text"]);
    const key = keyOf(line, "prompt", text);
    session.promptKey = key;
    return [{ kind: "prompt", ...entry, key, text }];
  }

  #readAssistant(line: Json, message: Json): TurnEvent[] {
    const { content, stopReason, errorMessage } = message;
    const { session: { promptKey }, entry } = this.#place(line);
    // What precedes the first prompt has no turn.
    if (promptKey === null) return [];
    const outcome = typeof stopReason === "string" &&
        Object.hasOwn(OUTCOMES, stopReason)
      ? OUTCOMES[stopReason]
      : null;
    const text = joinParts(content, ["text"]);
    const events: TurnEvent[] = [];
    if (text !== "" && outcome !== "aborted" && outcome !== "failed") {
      const key = keyOf(line, "answer", text);
      events.push({ kind: "answer", ...entry, key, promptKey, text });
    }
    if (outcome !== null) {
      const key = keyOf(line, "end", text);
      const reason = readText(outcome === "failed" ? errorMessage : stopReason);
      const end = { ...entry, key, promptKey, outcome, reason };
      events.push({ kind: "end", ...end });
    }
    return events;
  }

  /**
   * The session of a message, and what its events share.
   *
   * @throws {Undecodable} Where they are not known.
   */
  #place(line: Json) {
    const session = this.#session;
    if (session === null) {
      throw new Undecodable("no line that names its session precedes it");
    }
    const { t, at } = readTime(line.timestamp);
    const sid = sidAt(session, at);
    const entry = { sid, pid: 0, turnId: null, agent: AGENT, cwd: session.cwd };
    return { session, entry: { ...entry, t, at } };
  }
}

/** @throws {Undecodable} Where it does not name the session. */
function readSession(line: Json): Session {
  const id = needText(line.id, "its session has no id");
  const path = readText(line.parentSession) ?? readText(line.branchedFrom);
  return {
    id,
    parent: path === null ? null : ID_IN_PATH.exec(path)?.[1] ?? null,
    at: readInstant(line.timestamp),
    cwd: readText(line.cwd),
    promptKey: null,
  };
}

/** The id of the session that an entry was made in. */
function sidAt({ id, parent, at: begun }: Session, at: number): string {
  return parent !== null && begun !== null && at < begun ? parent : id;
}

/**
 * The identity of an event, which copies of its entry share. Entries of the
 * first version have no ids.
 */
function keyOf({ id, timestamp }: Json, kind: string, text: string): string {
  return [AGENT, readText(id) ?? text, timestamp, kind].join("|");
}
