/**
 * The events in the lines of a rollout, in order: it remembers the session that
 * the first line names, and the last turns.
 *
 * @module
 */

import type { EventOwner, Outcome, TurnEvent } from "../../turns/event.ts";
import { readInstant, readObject, readText, readTime } from "../fields.ts";
import type { Json } from "../json.ts";
import type { ObjectReader } from "../object_lines.ts";
import { Undecodable } from "../undecodable.ts";
import { OLDEST_FORM } from "./prefilter.ts";
import {
  isInherited,
  readAgentMessage,
  readAnswerItem,
  readTurnId,
  readUserItem,
  readUserMessage,
  readUserResponse,
} from "./messages.ts";
import {
  followSession,
  readSession,
  type Session,
  sessionOf,
} from "./session.ts";
import { answerOf, endOf, type Place, promptOf } from "./events.ts";
import { noteText, type OpenTurn, Turns } from "./turns.ts";

/** What is remembered between two lines. */
interface Saved {
  session: Session;
  /** Whether no line of the session was used but those that begin one. */
  isAtStart: boolean;
  turns: readonly OpenTurn[];
}

/** Reads the lines of one rollout, or of several, one after the other. */
export class Rollout implements ObjectReader {
  #session: Session | null;
  #isAtStart: boolean;
  #turns: Turns;

  constructor(json: string | null) {
    const saved: Saved | null = json === null ? null : JSON.parse(json);
    this.#session = saved?.session ?? null;
    this.#isAtStart = saved?.isAtStart ?? false;
    this.#turns = new Turns(saved?.turns);
  }

  save(): string | null {
    const session = this.#session;
    if (session === null) return null;
    const turns = this.#turns.all;
    const saved: Saved = { session, isAtStart: this.#isAtStart, turns };
    return JSON.stringify(saved);
  }

  refuse(text: string): string | null {
    return OLDEST_FORM.test(text)
      ? "it begins a rollout of the oldest form, which cannot be read: its messages have no times"
      : null;
  }

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
    return this.#prompt(line, readTurnId(payload), readUserResponse(payload));
  }

  owner({ type, timestamp, payload }: Json): EventOwner | null {
    const session = this.#session;
    const at = readInstant(timestamp);
    if (session === null || at === null) return null;
    if (session.isSkipped || type === "session_meta") return null;
    const turnId = readTurnId(readObject(payload)) ??
      this.#turns.current?.id ?? null;
    return { sid: sessionOf(session, turnId), pid: 0, at, turnId };
  }

  #begin(line: Json): void {
    const next = readSession(line);
    const before = this.#session?.ids[0];
    this.#session = followSession(this.#session, next, this.#isAtStart);
    if (this.#session.ids[0] !== before) this.#turns = new Turns();
    else if (next.ids[0] === before) this.#turns.repeat();
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
        return this.#answer(line, this.#turnOf({}), readAgentMessage(payload));
      case "item_completed":
        return this.#readItem(line, payload);
      case "task_complete":
      case "turn_complete":
        return this.#end(line, payload, payload.error ? "failed" : "completed");
      case "turn_aborted":
        return this.#end(line, payload, "aborted");
      default:
        return [];
    }
  }

  #readItem(line: Json, payload: Json): TurnEvent[] {
    const item = readObject(payload.item);
    const isPaginated = this.#session?.isPaginated ?? true;
    switch (item.type) {
      case "UserMessage":
        if (!isPaginated) return [];
        return this.#prompt(line, readTurnId(payload), readUserItem(item));
      case "AgentMessage":
      case "Plan": {
        if (item.type === "AgentMessage" && !isPaginated) return [];
        const [text, id] = [readAnswerItem(item), readText(item.id)];
        return this.#answer(line, this.#turnOf(payload), text, id);
      }
      default:
        return [];
    }
  }

  /** @param turnId That of the line; a line without one is of the open turn. */
  #prompt(line: Json, turnId: string | null, text: string | null): TurnEvent[] {
    if (text === null || isInherited(line)) return [];
    const place = this.#place(line);
    const turn = turnId === null
      ? this.#turns.ofPrompt()
      : this.#turns.of(turnId);
    const isNew = noteText(turn, text);
    // There, a prompt is both an item and a message for the model.
    if (place.session.isPaginated && !isNew) return [];
    return [promptOf(place, turn, text)];
  }

  /** @param item The id of the item that it is. */
  #answer(
    line: Json,
    turn: OpenTurn | undefined,
    text: string | null,
    item: string | null = null,
  ): TurnEvent[] {
    if (text === null) return [];
    const place = this.#place(line);
    return turn === undefined ? [] : answerOf(place, turn, text, item);
  }

  #end(line: Json, payload: Json, outcome: Outcome): TurnEvent[] {
    const place = this.#place(line);
    const turn = this.#turnOf(payload);
    const reason = outcome === "failed"
      ? readText(readObject(payload.error).message)
      : readText(payload.reason);
    return turn === undefined ? [] : endOf(place, turn, outcome, reason);
  }

  /** The turn that a line names, else the one that is open. */
  #turnOf({ turn_id }: Json): OpenTurn | undefined {
    const id = readText(turn_id);
    return id === null ? this.#turns.current : this.#turns.of(id);
  }

  /**
   * The session and the time of an event.
   *
   * @throws {Undecodable} Where one of them is not known.
   */
  #place(line: Json): Place {
    const session = this.#session;
    if (session === null) throw new Undecodable("no session_meta precedes it");
    const { t, at } = readTime(line.timestamp);
    this.#isAtStart = false;
    return { session, t, at };
  }
}
