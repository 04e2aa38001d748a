/**
 * Finds the turn of an event that changes none (SPEC section 6, `--emit
 * events`), in the common case without asking the database.
 *
 * @module
 */

import type { EventOwner } from "./event.ts";
import type { Applied, Tracker } from "./tracker.ts";
import type { Turn, TurnStatus } from "./turn.ts";

/** What an event is told of its turn. */
export interface TurnTag {
  id: number;
  sessionTurn: number | null;
  sessionPidTurn: number | null;
  status: TurnStatus;
}

/** A turn or none, and in which time it is that of the events it is known for. */
interface Known {
  tag: TurnTag | undefined;
  from: number;
  until: number;
}

/** How much is remembered; far more turns than are under way at a time. */
const MOST_KNOWN = 20_000;

/**
 * Remembers the turns of the processes that are at work. What another program
 * changes in the same database meanwhile is seen when its events are read here.
 */
export class TurnLookup {
  #tracker: Tracker;
  /** By session, then by process and the agent's id of the turn. */
  #sessions = new Map<string, Map<string, Known>>();
  #size = 0;

  constructor(tracker: Tracker) {
    this.#tracker = tracker;
  }

  /** The turn that an event belongs to by the rule of SPEC section 3, if any. */
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

  /** Takes notice of an event of a session, and gives its turn. */
  applied(sid: string, { turns }: Applied): TurnTag | undefined {
    // Other events of the session may have another turn now, or another status,
    // by this event or, where that is known, by whoever applied it.
    this.#sessions.delete(sid);
    return turns.map(tagOf).at(-1);
  }

  #remember(sid: string, key: string, known: Known): void {
    if (++this.#size > MOST_KNOWN) {
      this.#size = 1;
      this.#sessions.clear();
    }
    const session = this.#sessions.get(sid) ?? new Map<string, Known>();
    this.#sessions.set(sid, session.set(key, known));
  }
}

function tagOf({ id, sessionTurn, sessionPidTurn, status }: Turn): TurnTag {
  return { id, sessionTurn, sessionPidTurn, status };
}
