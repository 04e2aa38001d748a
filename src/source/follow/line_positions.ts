/**
 * Splits a followed file into lines with their positions.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { LineSplitter } from "../line_splitter.ts";
import type { Item, Line, LogFile, Mark } from "../lines.ts";
import type { ReadOptions } from "../read_options.ts";
import {
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  type Position,
} from "../../turns/checkpoint.ts";
import { LastBytes } from "./file_bytes.ts";

/** The position at which reading starts. */
export interface Beginning
  extends Pick<Position, "offset" | "line" | "dialect" | "decoder"> {
  /** The file's first bytes, at most {@linkcode FINGERPRINT_BYTES}. */
  head: Uint8Array;
  /** The bytes before `offset`, at most {@linkcode FINGERPRINT_BYTES}. */
  last: Uint8Array;
}

/** Splits the bytes of a file into lines with their positions. */
export class LinePositions {
  #id: number;
  #splitter: LineSplitter;
  #head: Uint8Array;
  #last: LastBytes;
  #marked: number;
  /** Computes the fingerprints of the bytes so far, once. */
  #prints: () => { head: Fingerprint; last: Fingerprint };

  constructor(file: LogFile, begin: Beginning, options: ReadOptions) {
    this.#id = file.id;
    this.#marked = begin.offset;
    this.#head = begin.head;
    this.#last = new LastBytes(begin.last, begin.offset);
    this.#prints = this.#printsNow();
    this.#splitter = new LineSplitter(file, options, begin);
  }

  /** How many bytes of the file have been read. */
  get offset(): number {
    return this.#last.end;
  }

  /** The first bytes, at most {@linkcode FINGERPRINT_BYTES}. */
  get head(): Uint8Array {
    return this.#head;
  }

  /** The last bytes that were read, at most {@linkcode FINGERPRINT_BYTES}. */
  get last(): Uint8Array {
    return this.#last.bytes;
  }

  /** The end of the last complete line. */
  get position(): Position {
    return this.#at(this.#splitter.unfinished)();
  }

  /** Drops an incomplete line. */
  drop(): void {
    this.#splitter.drop();
  }

  /** Takes the next bytes, which may be overwritten once this returns. */
  take(chunk: Uint8Array): Item[] {
    const missing = FINGERPRINT_BYTES - this.#head.length;
    if (missing > 0) {
      this.#head = joinBytes([this.#head, chunk.subarray(0, missing)]);
    }
    this.#last.take(chunk);
    this.#prints = this.#printsNow();
    return this.#place(this.#splitter.push(chunk));
  }

  /** Ends the file: what follows the last newline is a line. */
  end(): Item[] {
    const items = this.#place(this.#splitter.end());
    this.#marked = this.offset;
    return [...items, { position: this.#at(this.#splitter.unfinished, true) }];
  }

  /** Reports the file if no line in it was recognised so far. */
  checkRecognised(): void {
    this.#splitter.checkRecognised();
  }

  /** A mark after the last complete line, unless the last mark was there. */
  mark(): Mark | undefined {
    const { unfinished } = this.#splitter;
    if (unfinished.offset === this.#marked) return undefined;
    this.#marked = unfinished.offset;
    return { position: this.#at(unfinished) };
  }

  #place(lines: Line[]): Item[] {
    for (const line of lines) {
      const { number, start, end } = line;
      line.place = {
        begin: this.#at({ offset: start, line: number - 1 }),
        end: this.#at({ offset: end, line: number }),
      };
    }
    return lines;
  }

  #at(
    place: { offset: number; line: number },
    done = false,
  ): () => Position {
    const [id, prints] = [this.#id, this.#prints];
    const splitter = this.#splitter;
    return () => ({ id, ...place, ...prints(), done, ...splitter.state });
  }

  #printsNow(): () => { head: Fingerprint; last: Fingerprint } {
    const [head, { bytes, end }] = [this.#head, this.#last];
    let prints: { head: Fingerprint; last: Fingerprint } | undefined;
    return () =>
      prints ??= {
        head: fingerprint(head, head.length),
        last: fingerprint(bytes, end),
      };
  }
}
