/**
 * Where the lines of one followed file stand.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import type { LineShape } from "../../dialect/dialect.ts";
import { CandidateFilter, type FilterOptions } from "../candidate_filter.ts";
import type { Item, Mark } from "../lines.ts";
import type { Clock } from "./clock.ts";
import {
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  type Position,
} from "../../turns/checkpoint.ts";

/** How the lines of a source are read. */
export interface Reading {
  shape: LineShape;
  options: FilterOptions;
  /** The system's, where none is given. */
  clock?: Clock;
}

/** From where to go on in a file. */
export interface Beginning extends Pick<Position, "id" | "offset" | "line"> {
  /** The file's first bytes, as many as have been read, at most {@linkcode FINGERPRINT_BYTES}. */
  head: Uint8Array;
  /** The bytes before `offset`, at most {@linkcode FINGERPRINT_BYTES}. */
  last: Uint8Array;
}

/** Takes the bytes of a file, and gives its lines with their positions. */
export class Progress {
  #id: number;
  #filter: CandidateFilter;
  #offset: number;
  #head: Bytes;
  #last: Bytes;
  #begin: number;
  #marked: number;

  constructor(begin: Beginning, { shape, options }: Reading) {
    this.#id = begin.id;
    this.#begin = this.#offset = this.#marked = begin.offset;
    this.#head = new Bytes(begin.head, begin.head.length);
    this.#last = new Bytes(begin.last, begin.offset);
    this.#filter = new CandidateFilter(shape, { ...options, begin });
  }

  /** How many bytes have been taken, with those before the beginning. */
  get offset(): number {
    return this.#offset;
  }

  /** The first bytes, at most {@linkcode FINGERPRINT_BYTES}. */
  get head(): Uint8Array {
    return this.#head.bytes;
  }

  /** The last bytes that were taken, at most {@linkcode FINGERPRINT_BYTES}. */
  get last(): Uint8Array {
    return this.#last.bytes;
  }

  /** Behind the last whole line that was given. */
  get position(): Position {
    return this.#at(this.#filter.unfinished)();
  }

  /** Gives up half a line. */
  drop(): void {
    this.#filter.drop();
  }

  /** Takes the next bytes, which are free to be overwritten once this returns. */
  take(chunk: Uint8Array): Item[] {
    this.#offset += chunk.length;
    const { bytes: head } = this.#head;
    const missing = FINGERPRINT_BYTES - head.length;
    if (missing > 0) {
      const grown = joinBytes([head, chunk.subarray(0, missing)]);
      this.#head = new Bytes(grown, grown.length);
    }
    this.#last = new Bytes(lastOf(this.#last.bytes, chunk), this.#offset);
    return this.#place(chunk);
  }

  /** Takes the end of the file: what stands behind the last newline is a line. */
  end(): Item[] {
    const items = this.#place(null);
    this.#marked = this.#offset;
    return [...items, { position: this.#at(this.#filter.unfinished, true) }];
  }

  /** A mark behind the last whole line; `undefined` where the last one is there. */
  mark(): Mark | undefined {
    const { unfinished } = this.#filter;
    if (unfinished.offset === this.#marked) return undefined;
    this.#marked = unfinished.offset;
    return { position: this.#at(unfinished) };
  }

  #place(chunk: Uint8Array | null): Item[] {
    const found = chunk === null
      ? this.#filter.end()
      : this.#filter.push(chunk);
    return found.map((line) => {
      const { number, start, end } = line;
      const placed = {
        id: this.#id,
        isFirst: start === this.#begin,
        begin: this.#at({ offset: start, line: number - 1 }),
        end: this.#at({ offset: end, line: number }),
      };
      return { ...line, placed };
    });
  }

  #at(
    place: { offset: number; line: number },
    done = false,
  ): () => Position {
    const [id, head, last] = [this.#id, this.#head, this.#last];
    return () => ({
      id,
      ...place,
      head: head.fingerprint,
      last: last.fingerprint,
      done,
    });
  }
}

/** Bytes of a file, and their fingerprint once somebody asks for it. */
class Bytes {
  readonly bytes: Uint8Array;
  #end: number;
  #fingerprint: Fingerprint | undefined;

  constructor(bytes: Uint8Array, end: number) {
    this.bytes = bytes;
    this.#end = end;
  }

  get fingerprint(): Fingerprint {
    return this.#fingerprint ??= fingerprint(this.bytes, this.#end);
  }
}

/** The last bytes of a stream, of which some are known and a chunk follows. */
export function lastOf(
  known: Uint8Array,
  chunk: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return chunk.length >= FINGERPRINT_BYTES
    ? chunk.slice(-FINGERPRINT_BYTES)
    : joinBytes([known, chunk]).slice(-FINGERPRINT_BYTES);
}
