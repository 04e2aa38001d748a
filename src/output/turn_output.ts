/**
 * `--emit turns`: the records of turns (SPEC section 6).
 *
 * @module
 */

import type { ByteCollector } from "../bytes.ts";
import type { Delivered, Output } from "./output.ts";
import { formatRecord } from "./record.ts";

/** Renders the record of each turn that an event concerns. */
export class TurnOutput implements Output {
  readonly wantsEveryLine = false;

  render({ outcomes }: Delivered, into: ByteCollector): void {
    for (const { applied, isSkipped } of outcomes) {
      if (isSkipped) continue;
      for (const turn of applied.turns) into.addText(formatRecord(turn));
    }
  }

  /** It knows nothing of them. */
  forget(): void {}
}
