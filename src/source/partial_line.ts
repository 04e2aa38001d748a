/**
 * What is kept of a line until its end comes.
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import type { Spool } from "./candidate.ts";
import { Verdict } from "./first_bytes.ts";
import { NameSearch } from "./name_search.ts";

/** A line of which the end has not come yet. */
export class PartialLine {
  /** Where it begins. */
  readonly start: number;
  /** What is known of it. */
  verdict: Verdict = Verdict.Unknown;
  /** Its bytes so far, unless it is skipped or too long. */
  pieces: Uint8Array[] = [];
  /** Its bytes so far where it is too long, if such lines are kept. */
  spool: Spool | null = null;
  /** How many bytes came. */
  length = 0;
  #search: NameSearch | null = null;

  constructor(start: number) {
    this.start = start;
  }

  /** Looks for the names of events in its next bytes. */
  searchFor(names: readonly string[], bytes: Uint8Array): void {
    this.#search ??= new NameSearch(names);
    this.#search.push(bytes);
  }

  /** Whether one of the names that were looked for stands in it as text. */
  get isNamed(): boolean {
    return this.#search?.isNamed ?? false;
  }

  /** Whether one may stand there in escaped form. */
  get isEscaped(): boolean {
    return this.#search?.isEscaped ?? false;
  }

  /** Takes its next bytes out of memory, with those that came before. */
  overflow(makeSpool: (() => Spool) | undefined, bytes: Uint8Array): void {
    this.spool ??= makeSpool?.() ?? null;
    for (const piece of this.pieces) this.spool?.write(piece);
    this.pieces = [];
    this.spool?.write(bytes);
  }

  /** Gives its bytes up. */
  drop(): void {
    this.pieces = [];
    this.spool?.discard();
    this.spool = null;
  }

  /** The bytes in one piece, and `last` behind them. */
  join(last: Uint8Array): Uint8Array<ArrayBuffer> {
    return joinBytes([...this.pieces, last]);
  }
}
