/**
 * A turn, as stored in the database (SPEC section 5).
 *
 * @module
 */

import type { Outcome } from "./event.ts";

/** What a turn can be. */
export const TURN_STATUSES = [
  "waiting_response",
  "completed",
  "orphaned",
] as const;
/** The status of a turn. */
export type TurnStatus = typeof TURN_STATUSES[number];

/** A row of the table `turns`. */
export interface Turn {
  /** The global id, minted once and never changed. */
  id: number;
  sid: string;
  pid: number;
  /** The number of this turn in its session, from 1. */
  sessionTurn: number | null;
  /** The number of this turn in its process of the session, from 1. */
  sessionPidTurn: number | null;
  status: TurnStatus;
  userText: string | null;
  assistantText: string | null;
  /** The prompt's `t`, unchanged. */
  startTime: string | null;
  /** The answer's `t`, unchanged. */
  endTime: string | null;
  durationMs: number | null;
  /** The agent's own id of the turn. */
  turnId: string | null;
  /** Whether the answer came from another process. */
  pidMismatch: boolean;
  /** The instant of `startTime`, in milliseconds since the epoch. */
  startMs: number | null;
  /** The instant of `endTime`, in milliseconds since the epoch. */
  endMs: number | null;
  /** A short name of the agent. */
  agent: string | null;
  /** The directory that the agent worked in. */
  cwd: string | null;
  /** How the turn ended; `null` as long as the log has not said that it is over. */
  outcome: Outcome | null;
  /** The agent's own word for it. */
  outcomeReason: string | null;
  /** The `t` of the end, unchanged. */
  outcomeTime: string | null;
  /**
   * When a person had its texts erased, in milliseconds since the epoch; it
   * takes none any more.
   */
  forgottenMs: number | null;
}
