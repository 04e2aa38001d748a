/**
 * Where the lines of one followed file are.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { LineSplitter, type ReadOptions } from "../line_splitter.ts";
import type { Item, Line, LogFile, Mark } from "../lines.ts";
import {
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  type Position,
} from "../../turns/checkpoint.ts";
import { LastBytes } from "./content.ts";

/** From where to resume in a file. */
export interface Beginning
  extends Pick<Position, "offset" | "line" | "dialect" | "decoder"> {
  /** The file's first bytes, at most {@linkcode FINGERPRINT_BYTES}. */
  head: Uint8Array;
  /** The bytes before `offset`, at most {@linkcode FINGERPRINT_BYTES}. */
  last: Uint8Array;
}

/** Takes the bytes of a file, and gives its lines with their positions. */
export class LinePositions {
  #id: number;
  #splitter: LineSplitter;
  #head: Uint8Array;
  #last: LastBytes;
  #marked: number;
  /** Makes the fingerprints of what was taken so far, once. */
  #prints: () => { head: Fingerprint; last: Fingerprint };

  constructor(file: LogFile, begin: Beginning, options: ReadOptions) {
    this.#id = file.id;
    this.#marked = begin.offset;
    this.#head = begin.head;
    this.#last = new LastBytes(begin.last, begin.offset);
    this.#prints = this.#printsNow();
    this.#splitter = new LineSplitter(file, options, begin);
  }

  /** How many bytes have been taken, with those before the beginning. */
  get offset(): number {
    return this.#last.end;
  }

  /** The first bytes, at most {@linkcode FINGERPRINT_BYTES}. */
  get head(): Uint8Array {
    return this.#head;
  }

  /** The last bytes that were taken, at most {@linkcode FINGERPRINT_BYTES}. */
  get last(): Uint8Array {
    return this.#last.bytes;
  }

  /** The end of the last whole line that was given. */
  get position(): Position {
    return this.#at(this.#splitter.unfinished)();
  }

  /** Gives up half a line. */
  drop(): void {
    this.#splitter.drop();
  }

  /** Takes the next bytes, which are free to be overwritten once this returns. */
  take(chunk: Uint8Array): Item[] {
    const missing = FINGERPRINT_BYTES - this.#head.length;
    if (missing > 0) {
      this.#head = joinBytes([this.#head, chunk.subarray(0, missing)]);
    }
    this.#last.take(chunk);
    this.#prints = this.#printsNow();
    return this.#place(this.#splitter.push(chunk));
  }

  /** Takes the end of the file: what follows the last newline is a line. */
  end(): Item[] {
    const items = this.#place(this.#splitter.end());
    this.#marked = this.offset;
    return [...items, { position: this.#at(this.#splitter.unfinished, true) }];
  }

  /** Reports the file if no line in it was recognised so far. */
  checkRecognised(): void {
    this.#splitter.checkRecognised();
  }

  /** A mark after the last whole line; `undefined` where the last one was there. */
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
