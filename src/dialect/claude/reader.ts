/**
 * Reads the lines of a transcript: it remembers the last prompt of each
 * session, which answers and ends belong to.
 *
 * @module
 */

import type { End, EventOwner, Outcome, TurnEvent } from "../../turns/event.ts";
import { readInstant, readObject, readText } from "../fields.ts";
import type { Json } from "../json.ts";
import type { ObjectReader } from "../object_lines.ts";
import { readFields, readPrompt, readSid, readUuid } from "./line.ts";
import { type SavedSession, Session } from "./session.ts";
import { answerText, readQueued, readUser } from "./texts.ts";

/** The model that the agent names for what it wrote itself. */
const SYNTHETIC = "<synthetic>";
/** The stop reasons with which a turn is over. */
const STOPS = ["end_turn", "stop_sequence", "refusal"];
/** One with which it is over only if there is an answer: else the agent retries. */
const TRUNCATED = "max_tokens";
/** How many sessions are remembered: a transcript has one, a merged log several. */
const MOST_SESSIONS = 8;

/** Reads the lines of one file. */
export class ClaudeReader implements ObjectReader {
  /** By id, the one that was used last at the end. */
  #sessions = new Map<string, Session>();

  constructor(saved: string | null) {
    if (saved === null) return;
    for (const session of JSON.parse(saved) as SavedSession[]) {
      this.#sessions.set(session.sid, new Session(session.sid, session));
    }
  }

  save(): string | null {
    if (this.#sessions.size === 0) return null;
    return JSON.stringify([...this.#sessions.values()].map((it) => it.saved));
  }

  read(line: Json): TurnEvent[] {
    // What an agent and its sub-agent write to each other.
    if (line.isSidechain === true) return [];
    switch (line.type) {
      case "user":
        return this.#readUser(line);
      case "assistant":
        return this.#readAssistant(line);
      case "attachment":
        return this.#readAttachment(line);
      case "system":
        return this.#readSystem(line);
      default:
        return [];
    }
  }

  owner({ sessionId, timestamp }: Json): EventOwner | null {
    const sid = readText(sessionId);
    const at = readInstant(timestamp);
    if (sid === null || at === null) return null;
    const turnId = this.#sessions.get(sid)?.owner.turnId ?? null;
    return { sid, pid: 0, at, turnId };
  }

  #readUser(line: Json): TurnEvent[] {
    const said = readUser(line);
    switch (said.kind) {
      case "prompt":
        return this.#begin(line, said.text);
      case "command": {
        const command = readPrompt(line, said.text);
        this.#sessionOf(line).hold(readUuid(line), command);
        return [];
      }
      case "interrupt":
        return this.#known(line)?.isRunning
          ? this.#end(line, "aborted", said.text)
          : [];
      case "output":
        this.#known(line)?.print();
        return [];
      case "meta":
        this.#known(line)?.expand(readText(line.promptId));
        return [];
      case "other":
        return [];
    }
  }

  #readAttachment(line: Json): TurnEvent[] {
    const attachment = readObject(line.attachment);
    if (attachment.type !== "queued_command") return [];
    const text = readQueued(attachment);
    return text === null ? [] : this.#begin(line, text);
  }

  #readSystem(line: Json): TurnEvent[] {
    if (line.subtype === "turn_duration") {
      return this.#end(line, "completed", null);
    }
    if (line.subtype === "local_command") this.#known(line)?.print();
    return [];
  }

  #readAssistant(line: Json): TurnEvent[] {
    const { id, model, content, stop_reason } = readObject(line.message);
    const isFailure = line.isApiErrorMessage === true;
    if (model === SYNTHETIC && !isFailure) return [];
    const text = answerText(content);
    const isStop = isEnd(stop_reason, text);
    const isEvent = text !== "" || isStop || isFailure;
    if (!isEvent) return this.#known(line)?.answerCommand() ?? [];
    // Before anything changes: it may throw.
    const fields = readFields(line);
    const session = this.#sessionOf(line);
    const events: TurnEvent[] = session.answerCommand();
    if (isFailure) return [...events, ...this.#end(line, "failed", text)];
    if (text !== "") {
      events.push({
        ...{ ...fields, ...session.owner, kind: "answer" },
        text: session.addText(readText(id), readUuid(line), text),
      });
    }
    return isStop
      ? [...events, ...this.#end(line, "completed", stop_reason as string)]
      : events;
  }

  #begin(line: Json, text: string): TurnEvent[] {
    const prompt = readPrompt(line, text);
    this.#sessionOf(line).begin(readUuid(line), prompt);
    return [prompt];
  }

  /** The end of the turn, unless it has ended already. */
  #end(line: Json, outcome: Outcome, reason: string | null): End[] {
    const session = this.#sessionOf(line);
    if (!session.isOpen) return [];
    const fields = readFields(line);
    session.end();
    const key = `${fields.key}|end`;
    const kind = "end";
    return [{ ...fields, ...session.owner, key, kind, outcome, reason }];
  }

  /** The session of a line, if it is remembered. */
  #known({ sessionId }: Json): Session | undefined {
    return this.#sessions.get(sessionId as string);
  }

  /** The session of a line, which may be new. */
  #sessionOf(line: Json): Session {
    const sid = readSid(line);
    const session = this.#sessions.get(sid) ?? new Session(sid);
    this.#sessions.delete(sid);
    this.#sessions.set(sid, session);
    if (this.#sessions.size > MOST_SESSIONS) {
      const [oldest] = this.#sessions.keys();
      this.#sessions.delete(oldest);
    }
    return session;
  }
}

/** Whether a turn is over with a line of the model, by its text and stop reason. */
function isEnd(reason: unknown, text: string): boolean {
  return reason === TRUNCATED
    ? text !== ""
    : STOPS.some((stop) => stop === reason);
}
