/**
 * Logs for lives that end early.
 *
 * @module
 */

import type { TurnEvent } from "../../src/turns/event.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { agentEvents } from "../support/random_log.ts";
import { lineOf } from "../support/envelope.ts";

/** A log in which each event changes something, and its stream and rows. */
export class Story {
  readonly events: TurnEvent[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the line of each event begins. */
  readonly begins: number[] = [];
  #oracle: Oracle;

  /** @param offset How many ids were given before. */
  constructor(random: Random, events: number, offset: number) {
    // An answer of another process may find no turn, and so change nothing.
    this.events = agentEvents(random, events).filter(({ pid }) => pid !== 77);
    this.#oracle = new Oracle({ firstId: offset + 1 });
    let text = "";
    for (const event of this.events) {
      if (random.chance(0.3)) text += '{"event":"turn.delta","line":""}\n';
      this.begins.push(new TextEncoder().encode(text).length);
      text += lineOf(event) + "\n";
    }
    this.bytes = new TextEncoder().encode(text);
  }

  /** The stream of each of some events, the ones before them being applied. */
  streams(from: number, to: number): string[] {
    return this.events.slice(from, to).map((event) => this.#oracle.emit(event));
  }

  /** The rows after all events that {@linkcode streams} was called with. */
  rows(): Record<string, unknown>[] {
    return this.#oracle.records();
  }

  /** The event of the first whole line after a byte. */
  eventAt(byte: number): number {
    const at = this.begins.findIndex((begin) => begin >= byte);
    return at < 0 ? this.events.length : at;
  }
}
