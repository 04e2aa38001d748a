/**
 * The events of turns, independent of the dialect (SPEC section 1).
 *
 * @module
 */

/** The fields by which the turn of an event is found. */
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

/** The fields that all events of turns share. */
interface EventFields extends EventOwner {
  /** The event's identity: it is known if its key was applied before (SPEC section 2). */
  key: string;
  /** The writer's timestamp, unchanged. */
  t: string;
  /** A short name of the agent, such as `codex` or `claude`. */
  agent: string | null;
  /** The directory that the agent works in. */
  cwd: string | null;
}

/** A message from a person: it begins a turn. */
export interface Prompt extends EventFields {
  kind: "prompt";
  /** Well-formed Unicode. */
  text: string;
}

/** A finished message from the model: it completes a turn. */
export interface Answer extends EventFields {
  kind: "answer";
  /** Well-formed Unicode. */
  text: string;
  /** The key of the prompt that it answers; `null` if the decoder does not know it. */
  promptKey: string | null;
}

/** How a turn ended, as the agent says. */
export type Outcome = "completed" | "aborted" | "failed";

/** The agent says that a turn is over. */
export interface End extends EventFields {
  kind: "end";
  outcome: Outcome;
  /** The agent's own word for it. */
  reason: string | null;
  /** The key of the prompt whose turn it ends, where the decoder knows it. */
  promptKey: string | null;
}

/** The process or the session is over: its open turns will get nothing more. */
export interface SessionEnd extends EventFields {
  kind: "session end";
  reason: string | null;
}

/** An event of a turn. */
export type TurnEvent = Prompt | Answer | End | SessionEnd;
