/**
 * `--emit turns`: the records of turns (SPEC section 6).
 *
 * @module
 */

import type { Line } from "../source/lines.ts";
import {
  isSkipped,
  type Outcome,
  type Output,
  type OutputOptions,
} from "./output.ts";
import { formatRecord } from "./record.ts";
import type { Sink } from "./sink.ts";

/** Writes the record of each turn that an event concerns. */
export class TurnOutput implements Output {
  readonly wantsEveryLine = false;
  #sink: Sink;
  #options: OutputOptions;

  constructor(sink: Sink, options: OutputOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  async take(line: Line, outcome: Outcome | null): Promise<void> {
    if (outcome === null || isSkipped(line, outcome, this.#options)) return;
    // Each by itself: those that a prompt orphaned may be more than a string holds.
    for (const turn of outcome.applied.turns) {
      await this.#sink.write(encoder.encode(formatRecord(turn)));
    }
  }

  async flush(): Promise<void> {}
}

const encoder = new TextEncoder();
