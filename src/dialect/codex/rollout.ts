/**
 * The events in the lines of a rollout, in order: it remembers the session that
 * the first line names, and the last turns.
 *
 * @module
 */

import type { EventOwner, Outcome, TurnEvent } from "../../turns/event.ts";
import { readObject, readText, readTime } from "../fields.ts";
import type { Json } from "../json.ts";
import { Undecodable } from "../object_lines.ts";
import {
  readAgentMessage,
  readAnswerItem,
  readUserItem,
  readUserMessage,
  readUserResponse,
} from "./messages.ts";
import {
  mayBeAncestor,
  readSession,
  type Session,
  sessionOf,
} from "./session.ts";
import { noteText, type OpenTurn, Turns } from "./turns.ts";

/** What is remembered between two lines. */
export interface Saved {
  session: Session;
  /** Whether no line of the session was used but those that begin one. */
  isAtStart: boolean;
  turns: readonly OpenTurn[];
}

const AGENT = "codex";

/** Reads the lines of a rollout. */
export class Rollout {
  #session: Session | null;
  #isAtStart: boolean;
  #turns: Turns;

  constructor(saved: Saved | null) {
    this.#session = saved?.session ?? null;
    this.#isAtStart = saved?.isAtStart ?? false;
    this.#turns = new Turns(saved?.turns);
  }

  /** What it remembers; `null` before the first session. */
  save(): Saved | null {
    const session = this.#session;
    const turns = this.#turns.all;
    return session && { session, isAtStart: this.#isAtStart, turns };
  }

  /**
   * The events of a line.
   *
   * @throws {Undecodable} Where it concerns a turn, but cannot be used.
   */
  read(line: Json): TurnEvent[] {
    const payload = readObject(line.payload);
    if (line.type === "session_meta") {
      this.#begin(line);
      return [];
    }
    if (this.#session?.isSkipped) return [];
    if (line.type === "turn_context") this.#readContext(payload);
    if (line.type === "event_msg") return this.#readEvent(line, payload);
    if (line.type !== "response_item" || !this.#session?.isPaginated) return [];
    return this.#prompt(line, turnIdOf(payload), readUserResponse(payload));
  }

  /** What the turn of a line is found by; `null` if that is not known. */
  owner({ type, timestamp, payload }: Json): EventOwner | null {
    const session = this.#session;
    if (session === null || session.isSkipped || type === "session_meta") {
      return null;
    }
    const turnId = turnIdOf(readObject(payload)) ??
      this.#turns.current?.id ?? null;
    try {
      const { at } = readTime(timestamp);
      return { sid: sessionOf(session, turnId), pid: 0, at, turnId };
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      return null;
    }
  }

  #begin(line: Json): void {
    const next = readSession(line);
    const session = this.#session;
    const [id] = next.ids;
    if (session?.ids[0] === id) {
      this.#session = { ...next, ids: session.ids };
      this.#turns.repeat();
    } else if (session && this.#isAtStart && mayBeAncestor(next, session)) {
      if (!session.ids.includes(id)) session.ids.push(id);
    } else {
      this.#session = next;
      this.#turns = new Turns();
    }
    this.#isAtStart = true;
  }

  #readContext({ turn_id, cwd }: Json): void {
    this.#isAtStart = false;
    const turn = this.#turns.begin(readText(turn_id), false);
    const place = turn ?? this.#session;
    if (place !== null) place.cwd = readText(cwd) ?? place.cwd;
  }

  #readEvent(line: Json, payload: Json): TurnEvent[] {
    switch (payload.type) {
      case "task_started":
      case "turn_started":
        this.#isAtStart = false;
        this.#turns.begin(readText(payload.turn_id), true);
        return [];
      case "user_message":
        return this.#prompt(line, null, readUserMessage(payload));
      case "agent_message":
        return this.#answer(
          line,
          this.#turns.current,
          readAgentMessage(payload),
        );
      case "item_completed":
        return this.#readItem(line, payload);
      case "task_complete":
      case "turn_complete":
        return this.#end(line, payload.error ? "failed" : "completed");
      case "turn_aborted":
        return this.#end(line, "aborted");
      default:
        return [];
    }
  }

  #readItem(line: Json, payload: Json): TurnEvent[] {
    const item = readObject(payload.item);
    const turnId = readText(payload.turn_id);
    const isPaginated = this.#session?.isPaginated ?? true;
    switch (item.type) {
      case "UserMessage":
        return isPaginated
          ? this.#prompt(line, turnId, readUserItem(item))
          : [];
      case "AgentMessage":
        if (!isPaginated) return [];
        // falls through
      case "Plan": {
        const turn = turnId === null
          ? this.#turns.current
          : this.#turns.of(turnId);
        return this.#answer(
          line,
          turn,
          readAnswerItem(item),
          readText(item.id),
        );
      }
      default:
        return [];
    }
  }

  /** @param turnId That of the line; a line without one is of the open turn. */
  #prompt(line: Json, turnId: string | null, text: string | null): TurnEvent[] {
    if (text === null || isInherited(line)) return [];
    const { session, time } = this.#place(line);
    const turn = turnId === null
      ? this.#turns.ofPrompt()
      : this.#turns.of(turnId);
    const isNew = noteText(turn, text);
    // There, a prompt is both an item and a message for the model.
    if (session.isPaginated && !isNew) return [];
    turn.prompts++;
    turn.promptKey = turn.id === null
      ? keyOf(time.t, "prompt", text)
      : keyOf(turn.id, "prompt", turn.prompts);
    const key = turn.promptKey;
    return [{ kind: "prompt", ...time, ...owner(session, turn), key, text }];
  }

  /** @param item The id of the item that it is. */
  #answer(
    line: Json,
    turn: OpenTurn | undefined,
    text: string | null,
    item: string | null = null,
  ): TurnEvent[] {
    if (text === null) return [];
    const { session, time } = this.#place(line);
    if (turn === undefined) return [];
    if (item === null || item !== turn.answerItem) turn.answers++;
    turn.answerItem = item;
    if (isWithoutPrompt(turn)) return [];
    const key = turn.id === null
      ? keyOf(time.t, "answer", text)
      : keyOf(turn.id, "answer", turn.answers);
    const { promptKey } = turn;
    const event = { ...time, ...owner(session, turn), key, promptKey, text };
    return [{ kind: "answer", ...event }];
  }

  #end(line: Json, outcome: Outcome): TurnEvent[] {
    const { session, time } = this.#place(line);
    const payload = readObject(line.payload);
    const id = readText(payload.turn_id);
    const turn = id === null ? this.#turns.current : this.#turns.of(id);
    if (turn === undefined) return [];
    turn.isEnded = true;
    if (isWithoutPrompt(turn)) return [];
    const { promptKey } = turn;
    const key = turn.id === null ? `${promptKey}|end` : keyOf(turn.id, "end");
    const reason = outcome === "failed"
      ? readText(readObject(payload.error).message)
      : readText(payload.reason);
    const event = { ...time, ...owner(session, turn), key, promptKey };
    return [{ kind: "end", ...event, outcome, reason }];
  }

  /**
   * The session and the time of an event.
   *
   * @throws {Undecodable} Where one of them is not known.
   */
  #place(line: Json): { session: Session; time: { t: string; at: number } } {
    const session = this.#session;
    if (session === null) throw new Undecodable("no session_meta precedes it");
    const time = readTime(line.timestamp);
    this.#isAtStart = false;
    return { session, time };
  }
}

/** What all events of a turn share. */
function owner(session: Session, { id, cwd }: OpenTurn) {
  const sid = sessionOf(session, id);
  return { sid, pid: 0, turnId: id, agent: AGENT, cwd: cwd ?? session.cwd };
}

/** Whether a turn was not begun by a person: by a compaction, or a command of the shell. */
function isWithoutPrompt({ isBegun, id, promptKey }: OpenTurn): boolean {
  return (isBegun || id === null) && promptKey === null;
}

/** Whether a message was copied from the session that began this one. */
function isInherited({ metadata }: Json): boolean {
  return readObject(metadata).inherited_user_message === true;
}

/** The turn that a line names; `null` if it names none. */
function turnIdOf(payload: Json): string | null {
  return readText(payload.turn_id) ??
    readText(
      readObject(payload.internal_chat_message_metadata_passthrough).turn_id,
    );
}

/** The identity of an event, which copies of it share. */
function keyOf(...parts: (string | number)[]): string {
  return [AGENT, ...parts].join("|");
}
