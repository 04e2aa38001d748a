/**
 * A line whose newline has not been read yet.
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import { type LineJudge, Verdict } from "../dialect/dialect.ts";
import type { Spool } from "./lines.ts";

/** The bytes of an incomplete line, as far as they may be needed. */
export class PartialLine {
  /** Where it begins. */
  readonly start: number;
  /** The verdict on its bytes so far. */
  verdict = Verdict.Unsure;
  /** Its bytes so far, unless it is skipped or too long. */
  pieces: Uint8Array[] = [];
  /** Its bytes so far if it is too long and such lines are kept. */
  spool: Spool | null = null;
  /** How many bytes it has so far. */
  length = 0;
  #judge: LineJudge;

  constructor(start: number, judge: LineJudge) {
    this.start = start;
    this.#judge = judge;
  }

  /** Judges its next bytes. */
  judge(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (this.verdict === Verdict.Unsure) {
      this.verdict = this.#judge.push(bytes);
    }
  }

  /** Judges it as a whole. */
  finish(): void {
    if (this.verdict === Verdict.Unsure) this.verdict = this.#judge.end();
  }

  /** Moves it and its next bytes out of memory; returns its spool, if any. */
  overflow(makeSpool: (() => Spool) | undefined, bytes: Uint8Array) {
    this.spool ??= makeSpool?.() ?? null;
    for (const piece of this.pieces) this.spool?.write(piece);
    this.pieces = [];
    this.spool?.write(bytes);
    return this.spool;
  }

  /** Drops its bytes. */
  drop(): void {
    this.pieces = [];
    this.spool?.discard();
    this.spool = null;
  }

  /** The bytes in one piece, followed by `last`. */
  join(last: Uint8Array): Uint8Array<ArrayBuffer> {
    return joinBytes([...this.pieces, last]);
  }
}
