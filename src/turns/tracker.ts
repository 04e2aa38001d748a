/**
 * The rules by which prompts and answers become turns (SPEC sections 2 and 3).
 * They know neither SQL nor streams: a store is handed to them.
 *
 * @module
 */

import { dedupHash } from "./dedup_hash.ts";
import type { Answer, EventOwner, Prompt, TurnEvent } from "./event.ts";
import type { Turn } from "./turn.ts";
import type { TurnStore } from "./store.ts";

/** What applying an event came to. */
export interface Applied {
  /**
   * The turns to tell of, as they stand now, in the order in which to tell
   * them: those that a prompt orphaned, then the event's own. Empty where an
   * answer found no turn.
   */
  turns: Turn[];
  /** Whether the event had been applied before, and so changed nothing. */
  known: boolean;
  /** Whether the event's own turn was completed by it, and was not before. */
  completed: boolean;
}

/** What looking for the turn of an event came to. */
export interface Found {
  /** The turn; none where the event has none. */
  turn: Turn | undefined;
  /** Whether the turn is one of another process. */
  pidMismatch: boolean;
  /** The turn by which it was decided. */
  last: Turn | undefined;
}

/** Applies events to a store, each in one transaction, each once ever. */
export class Tracker {
  #store: TurnStore;

  constructor(store: TurnStore) {
    this.#store = store;
  }

  /**
   * Applies one event. When this returns, the change is committed.
   *
   * @param alongside Run in the same transaction, if the event changes anything.
   * @throws {Failure} Where the store cannot be written.
   */
  apply(event: TurnEvent, alongside?: () => void): Applied {
    return this.#store.transaction(() => {
      const applied = event.kind === "prompt"
        ? this.#prompt(event)
        : this.#answer(event);
      if (!applied.known && applied.turns.length > 0) alongside?.();
      return applied;
    });
  }

  /** SPEC section 2. */
  #prompt(prompt: Prompt): Applied {
    const store = this.#store;
    const hash = dedupHash(prompt);
    const known = store.turnOfPrompt(hash);
    const turn = known ?? this.#mint(prompt, hash);
    return {
      turns: [...store.orphansOf(turn.id), turn],
      known: known !== undefined,
      completed: false,
    };
  }

  #mint(prompt: Prompt, hash: string): Turn {
    const store = this.#store;
    const before = store.newestTurn(prompt, prompt.at);
    const after = store.nextTurn(prompt, prompt.at);
    const turn = store.mint({
      prompt,
      hash,
      status: after === undefined ? "waiting_response" : "orphaned",
      orphanedBy: after?.id ?? null,
    });
    if (before?.status === "waiting_response") store.orphan(before.id, turn.id);
    return turn;
  }

  /** SPEC section 3. */
  #answer(answer: Answer): Applied {
    const store = this.#store;
    const hash = dedupHash(answer);
    const known = store.turnOfAnswer(hash);
    if (known !== undefined) {
      return { turns: [known], known: true, completed: false };
    }
    const { turn, pidMismatch } = this.find(answer);
    if (turn === undefined) {
      return { turns: [], known: false, completed: false };
    }
    store.rememberAnswer(hash, turn.id);
    if (turn.endMs !== null && answer.at < turn.endMs) {
      return { turns: [turn], known: false, completed: false };
    }
    const durationMs = Math.max(0, answer.at - (turn.startMs ?? answer.at));
    const completion = { answer, durationMs, pidMismatch };
    return {
      turns: [store.complete(turn.id, completion)],
      known: false,
      completed: turn.status !== "completed",
    };
  }

  /**
   * The turn that an answer, or any other event, belongs to (SPEC section 3,
   * step 1).
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
   * In which time the events of the same session, process and turn id belong to
   * the same turn as one event, or to none as it does.
   *
   * @returns Instants in milliseconds since the epoch; the second is not included.
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
      // The oldest turn of that name may be yet to begin.
      from <= owner.at ? from : -Infinity,
      next?.startMs ?? Infinity,
    ];
  }
}
