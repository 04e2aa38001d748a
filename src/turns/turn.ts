/**
 * A turn as the database holds it (SPEC section 5).
 *
 * @module
 */

/** What became of a turn. */
export type TurnStatus = "waiting_response" | "completed" | "orphaned";

/** One row of the table `turns`. */
export interface Turn {
  /** The global id, minted once and never changed. */
  id: number;
  sid: string;
  pid: number;
  /** How many turns the session had with this one. */
  sessionTurn: number | null;
  /** How many turns the session's process had with this one. */
  sessionPidTurn: number | null;
  status: TurnStatus;
  userText: string | null;
  assistantText: string | null;
  /** The prompt's `t`, as it came. */
  startTime: string | null;
  /** The `t` of the answer that stands, as it came. */
  endTime: string | null;
  durationMs: number | null;
  /** The agent's own id of the turn. */
  turnId: string | null;
  /** Whether the answer that stands came from another process. */
  pidMismatch: boolean;
  /** The instant of `startTime`, in milliseconds since the epoch. */
  startMs: number | null;
  /** The instant of `endTime`, in milliseconds since the epoch. */
  endMs: number | null;
}
