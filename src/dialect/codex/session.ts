/**
 * Whose turns a rollout holds: its own thread's, and copies of its ancestors'.
 *
 * @module
 */

import { needText, readObject, readText } from "../fields.ts";
import type { Json } from "../json.ts";

/** What the first lines of a session say. */
export interface Session {
  /** The thread's own id, then its ancestors', the nearest first. */
  ids: string[];
  /** The directory it was started in. */
  cwd: string | null;
  /** Whether its messages come as items. */
  isPaginated: boolean;
  /** Whether a program began it: none of its messages are a person's. */
  isSkipped: boolean;
}

/** Who begins a thread, if not a person. */
const AUTOMATIC = ["subagent", "guardian_review", "memory_consolidation"];
/** The time in milliseconds that a UUID of version 7 begins with. */
const UUID_V7 = /^([0-9a-f]{8}-[0-9a-f]{4})-7[0-9a-f]{3}-/i;

/**
 * Reads the line that begins a session.
 *
 * @throws {Undecodable} Where it does not name it.
 */
export function readSession({ payload, ordinal }: Json): Session {
  const meta = readObject(payload);
  const id = needText(meta.id, "its session has no id");
  const parent = readText(meta.forked_from_id);
  const isSubagent = "subagent" in readObject(meta.source);
  return {
    ids: parent === null ? [id] : [id, parent],
    cwd: readText(meta.cwd),
    isPaginated: meta.history_mode === "paginated" ||
      typeof ordinal === "number",
    isSkipped: isSubagent ||
      AUTOMATIC.some((name) => name === meta.thread_source),
  };
}

/**
 * The session after the line that begins `next`: the same one where that is read
 * again, or is an ancestor's. An ancestor's line follows that of its fork.
 *
 * @param isAtStart Whether no other line of `session` precedes it.
 */
export function followSession(
  session: Session | null,
  next: Session,
  isAtStart: boolean,
): Session {
  if (session === null) return next;
  const { ids } = session;
  const [id] = next.ids;
  if (id === ids[0]) return { ...next, ids };
  if (!isAtStart || isYounger(id, ids[0])) return next;
  return ids.includes(id) ? session : { ...session, ids: [...ids, id] };
}

/** Whether a session is known to be younger than another. */
function isYounger(id: string, than: string): boolean {
  const [time, other] = [timeOf(id), timeOf(than)];
  return time !== null && other !== null && time > other;
}

/**
 * The id of the session that a turn began in. A fork copies the turns of its
 * ancestors, which are older than itself.
 */
export function sessionOf({ ids }: Session, turnId: string | null): string {
  const turn = turnId === null ? null : timeOf(turnId);
  if (turn === null) return ids[0];
  const isOldEnough = (id: string) => {
    const time = timeOf(id);
    return time === null || time <= turn;
  };
  return ids.find(isOldEnough) ?? ids[ids.length - 1];
}

/** When a UUID was made, as text that sorts by time; `null` where it does not say that. */
function timeOf(id: string): string | null {
  return UUID_V7.exec(id)?.[1].toLowerCase() ?? null;
}
