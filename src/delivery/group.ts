/**
 * Lines that share a commit (SPEC section 4).
 *
 * @module
 */

import type { Envelope, Rejection } from "../dialect/dialect.ts";
import type { Line } from "../source/lines.ts";
import type { TurnEvent } from "../turns/event.ts";
import type { Expected } from "../turns/store.ts";

/** How many events share a commit at most. */
export const MOST_EVENTS = 256;
/** How many bytes of lines wait at most. */
export const MOST_BYTES = 1024 * 1024;
/** How long the first of them waits for the others, in milliseconds. */
const MOST_WAIT_MS = 20;

/** What is kept of a line that waits for the commit. */
export interface Taken extends Pick<Line, "file" | "number" | "spool"> {
  events: readonly TurnEvent[];
  rejection: Rejection | null;
  envelope: Envelope | null;
}

/**
 * Decodes a line.
 *
 * @param opens Whether its envelope is wanted as well.
 */
export function decode(line: Line, opens: boolean): Taken {
  const { file, decoder, number, spool, text, bytes, isOther, limit } = line;
  const place = { file, number, spool };
  if (text === null || bytes === null) {
    const reason = `it is longer than ${limit} bytes`;
    const rejection = { reason, bytes: null };
    return { ...place, events: [], rejection, envelope: null };
  }
  const opened = opens
    ? decoder.open(text, bytes)
    : { envelope: null, rejection: null };
  const decoded = isOther
    ? { events: [], rejection: opened.rejection }
    : decoder.decode(text, bytes);
  return { ...place, ...decoded, envelope: opened.envelope };
}

/** Collects lines until they are enough for a commit. */
export class Group {
  /** Those that have something to deliver. */
  readonly lines: Taken[] = [];
  #mostEvents: number;
  #events = 0;
  #bytes = 0;
  #begunMs = 0;

  constructor(mostEvents: number) {
    this.#mostEvents = mostEvents;
  }

  /**
   * Adds a line, if there is something in it.
   *
   * @param bytes How long it is.
   * @param nowMs The present moment, by any clock.
   */
  add(line: Taken, bytes: number, nowMs: number): void {
    const { events, rejection, envelope } = line;
    if (events.length === 0 && rejection === null && envelope === null) return;
    if (this.lines.length === 0) this.#begunMs = nowMs;
    this.lines.push(line);
    this.#events += events.length;
    this.#bytes += bytes;
  }

  /** Whether it must be committed now. */
  isFull(nowMs: number): boolean {
    return this.#events >= this.#mostEvents || this.#bytes >= MOST_BYTES ||
      this.lines.length > 0 && nowMs - this.#begunMs >= MOST_WAIT_MS;
  }

  /** Whether there is something to apply, and not only to look up. */
  get hasEvents(): boolean {
    return this.#events > 0;
  }

  /** What is going to be applied and looked up. */
  get expected(): Expected {
    return {
      events: this.lines.flatMap(({ events }) => events),
      owners: this.lines.flatMap(({ events, envelope }) =>
        events.length === 0 ? envelope?.owner ?? [] : []
      ),
    };
  }
}
