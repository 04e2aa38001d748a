/**
 * Logs for programs that are killed.
 *
 * @module
 */

import type { TurnEvent } from "../../src/turns/event.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { agentEvents } from "../support/random_log.ts";
import { lineOf } from "../support/envelope.ts";

/** A log in which each event changes the database, and its stream and rows. */
export class KillableLog {
  readonly events: TurnEvent[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The offset of the line of each event. */
  readonly lineStarts: number[] = [];
  #oracle: Oracle;

  /** @param offset The number of turns in the database before. */
  constructor(random: Random, events: number, offset: number) {
    // An answer of another process may be unmatched, and so change nothing.
    this.events = agentEvents(random, events).filter(({ pid }) => pid !== 77);
    this.#oracle = new Oracle({ firstId: offset + 1 });
    let text = "";
    for (const event of this.events) {
      if (random.chance(0.3)) text += '{"event":"turn.delta","line":""}\n';
      this.lineStarts.push(new TextEncoder().encode(text).length);
      text += lineOf(event) + "\n";
    }
    this.bytes = new TextEncoder().encode(text);
  }

  /** The stream of each event from `from` to `to`, in this order of calls. */
  streams(from: number, to: number): string[] {
    return this.events.slice(from, to).map((event) => this.#oracle.emit(event));
  }

  /** The rows after all events that {@linkcode streams} was called with. */
  rows(): Record<string, unknown>[] {
    return this.#oracle.records();
  }

  /** The event of the first line that begins at an offset or later. */
  eventAt(byte: number): number {
    const at = this.lineStarts.findIndex((start) => start >= byte);
    return at < 0 ? this.events.length : at;
  }
}
