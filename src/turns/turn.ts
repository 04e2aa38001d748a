/**
 * A turn, as stored in the database (SPEC section 5).
 *
 * @module
 */

/** The status of a turn. */
export type TurnStatus = "waiting_response" | "completed" | "orphaned";

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
}
