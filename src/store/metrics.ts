/**
 * What a monitor reads of a database, as every engine reports it.
 *
 * @module
 */

import type { Outcome } from "../turns/event.ts";
import type { TurnStatus } from "../turns/turn.ts";
import type { FollowedPath, FollowedTree } from "./status.ts";

/** What a database held at one moment, of all its turns. */
export interface Metrics {
  /** The version of the schema. */
  schema: number;
  sessions: number;
  turns: TurnGroup[];
  /** When the turn minted last began, in milliseconds since the epoch. */
  lastStartMs: number | null;
  /** As {@linkcode StoredStatus.followed}. */
  followed: FollowedPath[];
  /** As {@linkcode StoredStatus.trees}. */
  trees: FollowedTree[];
  /** The lines of followed logs and directories that were rejected. */
  rejected: RejectedLines[];
}

/** How many lines of a followed path were rejected, of the files that are remembered. */
export interface RejectedLines {
  /** The name of the other machine that it is on; `null` for this one. */
  host: string | null;
  path: string;
  lines: number;
}

/** The turns of one agent, one status and one outcome. */
export interface TurnGroup {
  agent: string | null;
  status: TurnStatus;
  outcome: Outcome | null;
  turns: number;
  /** How many of them have a duration, and how long these took together, in milliseconds. */
  timed: number;
  durationMs: number;
  /** How many took at most as long as each of {@linkcode DURATION_BOUNDS}. */
  upTo: number[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The bounds of the buckets of durations, in milliseconds. */
export const DURATION_BOUNDS: readonly number[] = [
  ...[1, 2, 5, 10, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 30, 60].map((n) => n * MINUTE),
];
