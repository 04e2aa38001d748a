/**
 * What a log line means to the tracker, whichever dialect it was written in
 * (SPEC section 1).
 *
 * @module
 */

/** By what an event finds its turn. */
export interface EventOwner {
  /** Session id. */
  sid: string;
  /** Process id, an integer from 0 to 2^53-1. */
  pid: number;
  /** The instant of the event, in milliseconds since the epoch. */
  at: number;
  /** The agent's own id of the turn, `null` where the log names none. */
  turnId: string | null;
}

/** What a prompt and an answer have in common. */
interface TurnEventFields extends EventOwner {
  /** The writer's time, as it came. */
  t: string;
  /** The text of the message; well-formed Unicode. */
  text: string;
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

/** A line, or the torn end of one, that is a JSON object. */
export interface Envelope {
  /** The object as UTF-8, with what white space stands around it. */
  bytes: Uint8Array;
  /** By what it finds its turn; `null` where it does not say that. */
  owner: EventOwner | null;
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
