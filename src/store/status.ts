/**
 * What a database holds, as every engine reports it.
 *
 * @module
 */

import type { Identity } from "../turns/checkpoint.ts";
import type { TurnStatus } from "../turns/turn.ts";

/** What a database held at one moment. */
export interface StoredStatus {
  /** The moment, in milliseconds since the epoch. */
  readMs: number;
  turns: number;
  byStatus: Record<TurnStatus, number>;
  sessions: number;
  /** `null` where no turn is completed. */
  durations: Durations | null;
  /** The last days on which turns began, the oldest first. */
  days: Day[];
  /** The turns minted last, the newest first. */
  lastTurns: LastTurn[];
  /** The paths that were followed into it, in their order. */
  followed: FollowedPath[];
}

/** How long turns took, in milliseconds. */
export interface Durations {
  /** How many turns were looked at: the last that are completed. */
  turns: number;
  median: number;
  p95: number;
  longest: number;
}

/** The turns of one day. */
export interface Day {
  /** As the turns' start times name it: `2025-11-18`. */
  day: string;
  turns: number;
}

/** One of the last turns. */
export interface LastTurn {
  id: number;
  sid: string;
  status: TurnStatus;
  startTime: string | null;
  startMs: number | null;
  /** The beginning of its prompt. */
  userText: string | null;
}

/** How far the files of a followed path have been read. */
export interface FollowedPath {
  path: string;
  /** The newest of its files, unless it is not known any more which it is. */
  identity: Identity | null;
  /** How much was read of the newest. */
  readBytes: number;
  readLines: number;
  /** When any of its files was read last, in milliseconds since the epoch. */
  movedMs: number;
  /** Its older files of which something may be unread, the oldest first. */
  older: OlderFile[];
}

/** An older file of a followed path, as after a rotation. */
export interface OlderFile {
  identity: Identity;
  readBytes: number;
}

/** Of how many turns durations are looked at: each is a row somewhere on the disk. */
export const MOST_DURATIONS = 10_000;
/** How many days are counted. */
export const MOST_DAYS = 14;
/** How many of the last turns are shown. */
export const MOST_TURNS = 10;
/** How much of a prompt is shown, in bytes. */
export const MOST_PROMPT_BYTES = 1000;
