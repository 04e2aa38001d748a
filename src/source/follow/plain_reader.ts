/**
 * Reads an open plain file.
 *
 * @module
 */

import { letEventsRun } from "../../system/event_loop.ts";
import { FINGERPRINT_BYTES, type Position } from "../../turns/checkpoint.ts";
import type { Item, LogFile } from "../lines.ts";
import type { Holder, ReadPart } from "./content.ts";
import { matches, readAt, windowBefore } from "./file_bytes.ts";
import { FileReader, type MayBegin, type ReaderParts } from "./file_reader.ts";
import { type Beginning, LinePositions } from "./line_positions.ts";

const CHUNK_BYTES = 256 * 1024;

/** After how many bytes two files of a log differ, in all likelihood. */
const DISTINCT_BYTES = 4096;

/** Holds a chunk, and the bytes before it that must be unchanged. */
const buffer = new Uint8Array(FINGERPRINT_BYTES + CHUNK_BYTES);

/** Reads a plain file. */
export class PlainReader extends FileReader implements Holder {
  protected readonly lines: LinePositions;
  /** Its first bytes: as read, or at first as they were when it was opened. */
  #beginning: Uint8Array;

  /**
   * Resumes in an open file at a position.
   *
   * @param handle Closed by {@linkcode FileReader.close}.
   */
  constructor(
    log: LogFile,
    handle: Deno.FsFile,
    position: Omit<Beginning, "head" | "last">,
    parts: ReaderParts,
  ) {
    const { offset } = position;
    const head = readAt(handle, 0, Math.min(offset, FINGERPRINT_BYTES));
    const last = readAt(handle, ...windowBefore(offset));
    const begin = { ...position, head, last };
    super(log, handle, parts);
    this.lines = new LinePositions(log, begin, parts.reading);
    this.#beginning = offset > 0 ? head : readAt(handle, 0, FINGERPRINT_BYTES);
  }

  async *available(mayBegin: MayBegin): AsyncGenerator<Item[]> {
    while (!this.isReplaced && !this.isClosed) {
      await letEventsRun();
      const chunk = this.orFail(() => {
        this.#checkBeginning();
        return this.isReplaced ? undefined : this.#next();
      });
      this.isAtEnd = chunk === undefined;
      if (chunk === undefined) return;
      const isYoung = this.lines.offset < DISTINCT_BYTES;
      if (isYoung && !await mayBegin()) return;
      this.grownAt = this.parts.clock.uptimeMs();
      const items = this.lines.take(chunk);
      this.#beginning = this.lines.head;
      yield items;
    }
  }

  /** Reads the next chunk, and checks that the bytes before it are unchanged. */
  #next(): Uint8Array | undefined {
    const { last, offset } = this.lines;
    this.handle.seekSync(offset - last.length, Deno.SeekMode.Start);
    const count = this.handle.readSync(buffer) ?? 0;
    const isSame = last.every((byte, i) => i < count && byte === buffer[i]);
    this.isReplaced = !isSame;
    return isSame && count > last.length
      ? buffer.subarray(last.length, count)
      : undefined;
  }

  /** Ends the file: what follows the last newline is a line. */
  end(): Item[] {
    this.isDone = true;
    return this.lines.end();
  }

  get position(): Position {
    return this.lines.position;
  }

  get isUntouched(): boolean {
    return this.lines.offset === 0;
  }

  check(): void {
    const { last, offset } = this.lines;
    const readTo = this.handle.seekSync(0, Deno.SeekMode.Current);
    this.#checkBeginning();
    if (!this.#isAt(offset - last.length, last)) this.isReplaced = true;
    // Other programs can see the offset of an open file.
    this.handle.seekSync(readTo, Deno.SeekMode.Start);
  }

  #checkBeginning(): void {
    if (!this.#isAt(0, this.#beginning)) this.isReplaced = true;
  }

  #isAt(start: number, expected: Uint8Array): boolean {
    const bytes = readAt(this.handle, start, expected.length);
    return bytes.length === expected.length &&
      expected.every((byte, i) => byte === bytes[i]);
  }

  agrees({ head, last }: ReadPart): boolean {
    return matches(readAt(this.handle, 0, head.length), head) &&
      matches(readAt(this.handle, last.end - last.length, last.length), last);
  }
}
