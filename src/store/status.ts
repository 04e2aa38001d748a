/**
 * What a database holds, as every engine reports it.
 *
 * @module
 */

import type { Identity } from "../turns/checkpoint.ts";
import type { Outcome } from "../turns/event.ts";
import type { TurnStatus } from "../turns/turn.ts";

/** What a database held at one moment. */
export interface StoredStatus {
  /** The moment, in milliseconds since the epoch. */
  readMs: number;
  /**
   * Only turns that began at this instant or later are in it, in milliseconds
   * since the epoch; `null` where all are.
   */
  sinceMs: number | null;
  turns: number;
  byStatus: Record<TurnStatus, number>;
  sessions: number;
  /** Of the last turns that are completed; `null` where none is. */
  durations: Durations | null;
  breakdown: Breakdown;
  /** The last days on which turns began, the oldest first. */
  days: Day[];
  /** The turns minted last, the newest first. */
  lastTurns: LastTurn[];
  /** The logs that were followed into it, by path. */
  followed: FollowedPath[];
  /** The directories that were followed into it, by path. */
  trees: FollowedTree[];
}

/** How long turns took, in milliseconds. */
export interface Durations {
  /** How many turns were looked at. */
  turns: number;
  median: number;
  p95: number;
  longest: number;
}

/**
 * Turns by what no index has: of all turns that began since an instant, else of
 * those minted last.
 */
export interface Breakdown {
  /** How many turns were looked at. */
  turns: number;
  /** The outcomes of turns, by status; those that occur. */
  outcomes: OutcomeCount[];
  /** The agents with the most turns, the most frequent first. */
  agents: NameCount[];
  /** The working directories with the most turns, the most frequent first. */
  cwds: NameCount[];
}

/** The turns of one status and one outcome. */
export interface OutcomeCount {
  status: TurnStatus;
  /** `null` as long as the log has not said that they are over. */
  outcome: Outcome | null;
  turns: number;
}

/** The turns of one agent or of one working directory. */
export interface NameCount {
  /** `null` where the log does not name it. */
  name: string | null;
  turns: number;
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
  /** The name of the other machine that it is on; `null` for this one. */
  host: string | null;
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

/** How far the files below a followed directory have been read. */
export interface FollowedTree {
  /** The name of the other machine that it is on; `null` for this one. */
  host: string | null;
  /** The path of the directory. */
  path: string;
  files: FileBelow[];
}

/** A file below a followed directory. */
export interface FileBelow {
  /** Its path. */
  name: string;
  readBytes: number;
  readLines: number;
  /** Whether all of it was read, so that its size says nothing. */
  done: boolean;
  /** When it was read last, in milliseconds since the epoch. */
  movedMs: number;
}

/** Of how many turns durations are looked at: each is a row somewhere on the disk. */
export const MOST_DURATIONS = 10_000;
/** Of how many turns there is a {@linkcode Breakdown}, unless it is of all since an instant. */
export const MOST_BROKEN_DOWN = 10_000;
/** How many agents, and how many working directories, are listed. */
export const MOST_NAMES = 10;
/** How much of such a name is shown, in bytes: no path on Linux is longer. */
export const MOST_NAME_BYTES = 4096;
/** How many days are counted. */
export const MOST_DAYS = 14;
/** How many of the last turns are shown. */
export const MOST_TURNS = 10;
/** How much of a prompt is shown, in bytes. */
export const MOST_PROMPT_BYTES = 1000;
