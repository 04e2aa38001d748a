/**
 * What the report shows of a database, as every engine reports it.
 *
 * @module
 */

import type { TurnStatus } from "../turns/turn.ts";

/**
 * What became of a turn, in one word: its outcome where that is not `completed`,
 * else its status.
 */
export const FATES = [
  "completed",
  "aborted",
  "failed",
  "orphaned",
  "waiting",
] as const;
/** One of {@linkcode FATES}. */
export type TurnFate = typeof FATES[number];

/** What a report is made of: of the turns whose start is known. */
export interface ReportData {
  /** When it was read, in milliseconds since the epoch. */
  readMs: number;
  /** As {@linkcode StoredStatus.sinceMs}. */
  sinceMs: number | null;
  /** How many turns it is about. */
  turns: number;
  /** Whether there are older ones, of which it says nothing. */
  hasOlder: boolean;
  sessions: number;
  days: DayCount[];
  /** How long turns took. */
  durations: AgentDurations[];
  /** The last turns, by their start. */
  lastTurns: ReportedTurn[];
  longest: ReportedTurn[];
  /** The last turns that were orphaned, aborted or failed. */
  unfinished: ReportedTurn[];
  cwds: DirectoryTurns[];
}

/** The turns of a day with one agent and one fate. */
export interface DayCount {
  /** Days since the epoch, in UTC. */
  day: number;
  agent: string | null;
  fate: TurnFate;
  turns: number;
}

/** How long each turn of an agent took, in milliseconds; those that have a duration. */
export interface AgentDurations {
  agent: string | null;
  durations: number[];
}

/** A turn, as far as the report shows it. */
export interface ReportedTurn {
  id: number;
  sid: string;
  fate: TurnFate;
  status: TurnStatus;
  startMs: number;
  durationMs: number | null;
  agent: string | null;
  cwd: string | null;
  /** The beginning of its prompt. */
  userText: string | null;
}

/** The turns of a working directory. */
export interface DirectoryTurns {
  cwd: string | null;
  turns: number;
  completed: number;
  /** How long all of them took together, in milliseconds. */
  durationMs: number;
}

/** Of how many turns a report is at most, the last ones. */
export const MOST_REPORTED = 1_000_000;
/** Of how many of the last turns there is a timeline. */
export const MOST_TIMELINE_TURNS = 300;
/** How many turns a list has. */
export const MOST_LISTED = 10;
/** How many directories are listed. */
export const MOST_DIRECTORIES = 12;
/** How much of a prompt is read, in bytes. */
export const MOST_EXCERPT_BYTES = 300;
