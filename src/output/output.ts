/**
 * What stdout gets of each line (SPEC section 6).
 *
 * @module
 */

import type { ByteCollector } from "../bytes.ts";
import type { Envelope } from "../dialect/dialect.ts";
import type { TurnEvent } from "../turns/event.ts";
import type { Applied } from "../turns/tracker.ts";

/** An event of a turn, and what applying it resulted in. */
export interface Outcome {
  event: TurnEvent;
  applied: Applied;
  /** Whether it is not to be emitted, since it changed nothing. */
  isSkipped: boolean;
}

/** A line whose events were applied. */
export interface Delivered {
  /** Its events, in order. */
  outcomes: Outcome[];
  /** The line as an object, if the output wants every line and it is one. */
  envelope: Envelope | null;
}

/** One of the forms of output. */
export interface Output {
  /** Whether it wants every line, not only those that can concern a turn. */
  readonly wantsEveryLine: boolean;
  /**
   * Renders a line. To be called in the transaction in which its events are
   * applied, so that the text is what the rows hold.
   *
   * @param into Takes what is to be written once that is committed.
   */
  render(line: Delivered, into: ByteCollector): void;
  /** Forgets what it knows of turns: the transaction may not have been committed. */
  forget(): void;
}
