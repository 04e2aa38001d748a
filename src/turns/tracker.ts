/**
 * The rules that turn prompts, answers and ends into turns (SPEC sections 2, 3
 * and 3b), independent of SQL and streams.
 *
 * @module
 */

import { sha256 } from "../sha256.ts";
import type {
  Answer,
  End,
  EventOwner,
  Prompt,
  SessionEnd,
  TurnEvent,
} from "./event.ts";
import type { Turn } from "./turn.ts";
import type { Ending, TurnStore } from "./store.ts";

/**
 * What an event changed:
 *
 * - `minted`: the prompt began a new turn;
 * - `known`: nothing, the event was applied before;
 * - `completed`: the answer or end completed its turn;
 * - `updated`: the turn was completed before, and the answer replaced its
 *   answer or is older;
 * - `ended`: the end gave its turn an outcome, or found that it has one;
 * - `unmatched`: nothing, the answer or end has no turn.
 */
export type Change =
  | "minted"
  | "known"
  | "completed"
  | "updated"
  | "ended"
  | "unmatched";

/** The result of applying an event. */
export interface Applied {
  change: Change;
  /**
   * The turns to emit, in their new state and in order: the turns that a prompt
   * orphaned, then the event's own. Empty if the event is unmatched.
   */
  turns: Turn[];
}

/** The turn of an event, and how it was found. */
export interface Found {
  /** The turn; `undefined` if the event has none. */
  turn: Turn | undefined;
  /** Whether the turn belongs to another process. */
  pidMismatch: boolean;
  /** The candidate, even if its turn id contradicts the event's. */
  last: Turn | undefined;
}

/** Applies each event to a store exactly once. */
export class Tracker {
  #store: TurnStore;

  constructor(store: TurnStore) {
    this.#store = store;
  }

  /**
   * Applies one event atomically. It is committed with the open transaction, or
   * in its own if none is open.
   *
   * @throws {Failure} If the store cannot be written.
   */
  apply(event: TurnEvent): Applied {
    return this.#store.transaction(() =>
      event.kind === "prompt" ? this.#prompt(event) : this.#answerOrEnd(event)
    );
  }

  /** SPEC section 2. */
  #prompt(prompt: Prompt): Applied {
    const store = this.#store;
    const hash = dedupHash(prompt.key);
    const known = store.turnOfPrompt(hash);
    if (known !== undefined) {
      const turns = [...store.orphansOf(known.id), known];
      return { change: "known", turns };
    }
    return { change: "minted", turns: this.#mint(prompt, hash) };
  }

  #mint(prompt: Prompt, hash: string): Turn[] {
    const store = this.#store;
    const { before, after } = store.neighbours(prompt, prompt.at);
    const turn = store.mint({
      prompt,
      hash,
      status: after === undefined ? "waiting_response" : "orphaned",
      orphanedBy: after ?? null,
    });
    return before?.status === "waiting_response"
      ? [store.orphan(before.id, turn.id), turn]
      : [turn];
  }

  /** SPEC sections 3 and 3b: an answer, or an end, which is found as one. */
  #answerOrEnd(event: Exclude<TurnEvent, Prompt>): Applied {
    const hash = dedupHash(event.key);
    const known = this.#store.turnOfAnswer(hash);
    if (known !== undefined) return { change: "known", turns: [known] };
    const { turn, pidMismatch } = this.#findOwn(event);
    if (turn === undefined || !this.#store.rememberAnswer(hash, turn.id)) {
      return { change: "unmatched", turns: [] };
    }
    return event.kind === "answer"
      ? this.#answer(event, turn, pidMismatch)
      : this.#end(event, turn);
  }

  /** The turn that an answer or an end belongs to. */
  #findOwn(event: Exclude<TurnEvent, Prompt>): Omit<Found, "last"> {
    const pidMismatch = false;
    if (event.kind === "session end") {
      return { turn: this.#store.newestTurn(event, event.at), pidMismatch };
    }
    const { promptKey } = event;
    const turn = promptKey === null
      ? undefined
      : this.#store.turnOfPrompt(dedupHash(promptKey));
    return turn === undefined ? this.find(event) : { turn, pidMismatch };
  }

  /** SPEC section 3, step 2. */
  #answer(answer: Answer, turn: Turn, pidMismatch: boolean): Applied {
    const change = turn.status === "completed" ? "updated" : "completed";
    // Without a text, what it has is the time of an end.
    const hasNewer = turn.assistantText !== null && turn.endMs !== null &&
      answer.at < turn.endMs;
    if (hasNewer) return { change: "updated", turns: [turn] };
    const completed = this.#store.complete(turn, {
      // An empty text does not replace the turn's text.
      text: keptBy(turn, answer.text) || (turn.assistantText ?? ""),
      t: answer.t,
      at: answer.at,
      durationMs: durationOf(turn, answer.at),
      pidMismatch,
    });
    return { change, turns: [completed] };
  }

  /** SPEC section 3b. */
  #end(end: End | SessionEnd, turn: Turn): Applied {
    if (turn.outcome !== null) return { change: "ended", turns: [turn] };
    const outcome = end.kind === "end" ? end.outcome : "aborted";
    const outcomeReason = keptBy(turn, end.reason);
    const ending: Ending = { outcome, outcomeReason, outcomeTime: end.t };
    // Only an answer completes a turn that has no outcome yet.
    const hasAnswer = turn.status === "completed";
    if (!hasAnswer && outcome === "completed") {
      ending.status = "completed";
      ending.endTime = end.t;
      ending.endMs = end.at;
      ending.durationMs = durationOf(turn, end.at);
    } else if (!hasAnswer) ending.status = "orphaned";
    const change = ending.status === "completed" ? "completed" : "ended";
    return { change, turns: [this.#store.end(turn, ending)] };
  }

  /**
   * Finds the turn of an answer or of any other event (SPEC section 3, steps 1a
   * to 1c).
   */
  find(owner: EventOwner): Found {
    const store = this.#store;
    const { sid, turnId, at } = owner;
    if (turnId !== null) {
      const turn = store.newestNamedTurn(owner, turnId, at) ??
        store.oldestNamedTurn(owner, turnId);
      if (turn !== undefined) {
        return { turn, pidMismatch: false, last: turn };
      }
    }
    const pidMismatch = !store.hasTurns(owner);
    const last = pidMismatch
      ? store.newestSessionTurn(sid, at)
      : store.newestTurn(owner, at);
    const contradicts = turnId !== null && last !== undefined &&
      last.turnId !== null && turnId !== last.turnId;
    return { turn: contradicts ? undefined : last, pidMismatch, last };
  }

  /**
   * The interval in which all events of the same session, process and turn id
   * have the same turn, or none, as the given event.
   *
   * @returns Instants in milliseconds since the epoch; the second is excluded.
   */
  validity(
    owner: EventOwner,
    { last, pidMismatch }: Found,
  ): [from: number, until: number] {
    const next = pidMismatch
      ? this.#store.nextSessionTurn(owner.sid, owner.at)
      : this.#store.nextTurn(owner, owner.at);
    const from = last?.startMs ?? -Infinity;
    return [
      // The oldest turn with that turn id may start after the event.
      from <= owner.at ? from : -Infinity,
      next?.startMs ?? Infinity,
    ];
  }
}

/** A text of an event that its turn keeps: none if it was forgotten. */
function keptBy({ forgottenMs }: Turn, text: string | null): string | null {
  return forgottenMs === null ? text : null;
}

/** How long a turn took until an instant, in milliseconds; never negative. */
function durationOf({ startMs }: Turn, at: number): number {
  return Math.max(0, at - (startMs ?? at));
}

/** The identity of an event in the database: `hex(SHA-256(UTF-8(key)))`. */
export function dedupHash(key: string): string {
  return sha256(key);
}
