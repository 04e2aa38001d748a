/**
 * Finds the turns of events that change none (SPEC section 6, `--emit events`),
 * usually without a query.
 *
 * @module
 */

import type { EventOwner } from "./event.ts";
import type { Applied, Tracker } from "./tracker.ts";
import type { Turn, TurnStatus } from "./turn.ts";

/** The fields of a turn that are added to its events. */
export interface TurnTag {
  id: number;
  sessionTurn: number | null;
  sessionPidTurn: number | null;
  status: TurnStatus;
}

/** A turn or none, and the interval in which it is valid, in ms since the epoch. */
interface Known {
  tag: TurnTag | undefined;
  from: number;
  until: number;
}

/** The size of the cache; far more turns than are active at a time. */
const MOST_KNOWN = 20_000;

/**
 * Caches the turns of active processes. A change that another program makes in
 * the database is seen once this program reads the same event.
 */
export class TurnLookup {
  #tracker: Tracker;
  /** By session, then by process and the agent's id of the turn. */
  #sessions = new Map<string, Map<string, Known>>();
  #size = 0;

  constructor(tracker: Tracker) {
    this.#tracker = tracker;
  }

  /** The turn of an event by the rule of SPEC section 3, if any. */
  find(owner: EventOwner): TurnTag | undefined {
    const { sid, pid, turnId, at } = owner;
    const key = turnId === null ? `${pid}` : `${pid}|${turnId}`;
    const known = this.#sessions.get(sid)?.get(key);
    if (known !== undefined && known.from <= at && at < known.until) {
      return known.tag;
    }
    const found = this.#tracker.find(owner);
    const [from, until] = this.#tracker.validity(owner, found);
    const tag = found.turn && tagOf(found.turn);
    this.#remember(sid, key, { tag, from, until });
    return tag;
  }

  /** Updates the cache after an event was applied, and returns its turn. */
  applied(sid: string, { turns }: Applied): TurnTag | undefined {
    // Other events of the session may have another turn or status now. If the
    // event is known, another program may have applied it.
    this.#sessions.delete(sid);
    return turns.map(tagOf).at(-1);
  }

  /** Empties the cache: what it holds may not have been committed. */
  forget(): void {
    this.#size = 0;
    this.#sessions.clear();
  }

  #remember(sid: string, key: string, known: Known): void {
    if (this.#size === MOST_KNOWN) this.forget();
    this.#size++;
    const session = this.#sessions.get(sid) ?? new Map<string, Known>();
    this.#sessions.set(sid, session.set(key, known));
  }
}

function tagOf({ id, sessionTurn, sessionPidTurn, status }: Turn): TurnTag {
  return { id, sessionTurn, sessionPidTurn, status };
}
