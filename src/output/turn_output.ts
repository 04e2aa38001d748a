/**
 * `--emit turns`: the records of turns (SPEC section 6).
 *
 * @module
 */

import type { Delivered, Output } from "./output.ts";
import { formatRecord } from "./record.ts";

const encoder = new TextEncoder();

/** Renders the record of each turn that an event concerns. */
export class TurnOutput implements Output {
  readonly wantsEveryLine = false;

  render({ outcomes }: Delivered): Uint8Array[] {
    // The records of all orphaned turns together may exceed the longest string.
    return outcomes.filter(({ isSkipped }) => !isSkipped)
      .flatMap(({ applied }) =>
        applied.turns.map((turn) => encoder.encode(formatRecord(turn)))
      );
  }
}
