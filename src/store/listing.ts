/**
 * How turns are found and read for people, on every engine.
 *
 * @module
 */

import type { TurnStatus } from "../turns/turn.ts";

/** Which turns to find; what is `null` narrows nothing. */
export interface TurnFilter {
  /** The whole id of a session. */
  sid: string | null;
  status: TurnStatus | null;
  agent: string | null;
  /** The path of a directory, without a slash at its end: it and those below it. */
  cwd: string | null;
  /** Leave out the turns that began before, in milliseconds since the epoch. */
  sinceMs: number | null;
}

/** The turns that a {@linkcode TurnFilter} leaves. */
export interface FoundTurns {
  /** The newest first: in the order in which they were minted, the last one first. */
  ids: number[];
  /** How many turns were searched, where some older ones were not. */
  searched: number | null;
}

/** Which turns to forget: those for which all hold that are not `null`. */
export interface Forgettable {
  ids: readonly number[] | null;
  /** The whole id of a session. */
  sid: string | null;
  /** Only turns that began before, in milliseconds since the epoch. */
  beforeMs: number | null;
}

/** The turns that {@linkcode Forgettable} leaves. */
export interface FoundForgettable {
  /** Those that have not been forgotten yet. */
  ids: number[];
  /** How many there are, forgotten or not. */
  turns: number;
}

/**
 * How many of the last turns are searched by what has no index: the agent or the
 * directory, unless of one session or since an instant.
 */
export const MOST_SEARCHED = 100_000;
/** How many sessions are named where several have the same part in their ids. */
export const MOST_SESSIONS = 5;
