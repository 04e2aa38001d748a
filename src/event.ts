/**
 * What a log line means to the tracker, whichever dialect it was written in
 * (SPEC section 1).
 *
 * @module
 */

/** What a prompt and an answer have in common. */
interface TurnEventFields {
  /** Session id. */
  sid: string;
  /** Process id, an integer from 0 to 2^53-1. */
  pid: number;
  /** The writer's time, as it came. */
  t: string;
  /** The instant that `t` names, in milliseconds since the epoch. */
  at: number;
  /** The text of the message; well-formed Unicode. */
  text: string;
  /** The agent's own id of the turn, `null` where the log names none. */
  turnId: string | null;
}

/** A message that a person sent: it begins a turn. */
export interface Prompt extends TurnEventFields {
  kind: "prompt";
}

/** A message that the model finished: it completes a turn. */
export interface Answer extends TurnEventFields {
  kind: "answer";
}

/** An event that concerns a turn. */
export type TurnEvent = Prompt | Answer;

/** Why a line, or the torn head of one, could not be decoded. */
export interface Rejection {
  /** A clause that completes "line 7 rejected: …". */
  reason: string;
  /** Whether only what stands before the last envelope of the line is lost. */
  torn: boolean;
}

/**
 * What one line holds: an event or none, and what had to be rejected. Both are
 * there where an envelope is glued to the torn half of another; both are
 * `null` where the line is ignored.
 */
export interface Decoded {
  event: TurnEvent | null;
  rejection: Rejection | null;
}
