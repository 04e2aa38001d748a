/**
 * `--emit turns`: the records of turns (SPEC section 6).
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
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
    // Those that a prompt orphaned may in all be more than a string holds.
    const records = outcome.applied.turns.map((turn) =>
      encoder.encode(formatRecord(turn))
    );
    await this.#sink.write(joinBytes(records));
  }

  async flush(): Promise<void> {}
}

const encoder = new TextEncoder();
