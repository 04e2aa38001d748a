/**
 * What stdout gets of each line (SPEC section 6).
 *
 * @module
 */

import type { Line } from "../source/lines.ts";
import type { TurnEvent } from "../turns/event.ts";
import type { Applied } from "../turns/tracker.ts";

/** An event of a turn, and what it came to. */
export interface Outcome {
  event: TurnEvent;
  applied: Applied;
}

/** How the output is chosen. */
export interface OutputOptions {
  /** Write nothing for events that changed nothing. */
  skipReplayed: boolean;
}

/** Whether a line is left out because it was read before. */
export function isSkipped(
  { placed }: Line,
  outcome: Outcome | null,
  { skipReplayed }: OutputOptions,
): boolean {
  return skipReplayed && outcome !== null && outcome.applied.known &&
    placed?.isFirst !== true;
}

/** One of the forms of output. */
export interface Output {
  /** Whether it wants every line, not only those that can concern a turn. */
  readonly wantsEveryLine: boolean;
  /**
   * Takes a line, and what it came to if it is an event of a turn.
   *
   * @throws {ReaderGone} Where nobody reads the output any more.
   * @throws {Failure} Where it cannot be written.
   */
  take(line: Line, outcome: Outcome | null): Promise<void>;
  /** Writes what was kept back, if anything; throws as `take` does. */
  flush(): Promise<void>;
}
