/**
 * The events that concern a turn, whichever log they come from (SPEC section 1).
 *
 * @module
 */

/** What the turn of an event is found by. */
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
  /** The event's identity: an event with a key that was applied is known (SPEC section 2). */
  key: string;
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
