/**
 * Reads one open file, plain or compressed, which may still grow.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { letEventsRun } from "../../system/event_loop.ts";
import { decompressed } from "../compressed/decompress.ts";
import type { ReadOptions } from "../line_splitter.ts";
import type { Item, LogFile, Mark } from "../lines.ts";
import { readFailure, readFile } from "../source.ts";
import {
  FINGERPRINT_BYTES,
  type Identity,
  type Position,
} from "../../turns/checkpoint.ts";
import type { Clock } from "./change_watcher.ts";
import type { Holder, ReadPart } from "./content.ts";
import {
  LastBytes,
  MAGIC_BYTES,
  matches,
  readAt,
  windowBefore,
} from "./file_bytes.ts";
import { type Beginning, LinePositions } from "./line_positions.ts";
import { identityOf, isUnchanged, scanned, type ScannedFile } from "./scan.ts";

const CHUNK_BYTES = 256 * 1024;

/** After how many bytes two files of a log differ, in all likelihood. */
const DISTINCT_BYTES = 4096;

/** Holds a chunk, and the bytes before it that must be unchanged. */
const buffer = new Uint8Array(FINGERPRINT_BYTES + CHUNK_BYTES);

/** What a {@linkcode FileReader} needs. */
export interface ReaderParts {
  reading: ReadOptions;
  clock: Clock;
  /** Called with the reason if compressed data is damaged. */
  damaged: (name: string, reason: string) => void;
}

/**
 * Called before the first bytes of a file are taken, while it could still be
 * confused with another: whether it must still be read.
 */
export type MayBegin = () => Promise<boolean>;

/** Reads an open file from a position to its end, and further as it grows. */
export abstract class FileReader implements Holder {
  /** The file that its lines refer to. */
  readonly log: LogFile;
  /** Its device and inode. */
  readonly identity: Identity;
  /** When it last grew, by {@linkcode Clock.uptimeMs}. */
  grownAt: number;
  /**
   * Whether it no longer contains what was read of it: it was truncated, and
   * perhaps rewritten.
   */
  isReplaced = false;
  /** Whether the last read reached its end. */
  isAtEnd = false;
  /** Whether nothing more will be read of it. */
  isDone = false;
  isClosed = false;
  protected handle: Deno.FsFile;
  protected parts: ReaderParts;

  /** @param handle Closed by {@linkcode FileReader.close}. */
  constructor(log: LogFile, handle: Deno.FsFile, parts: ReaderParts) {
    this.log = log;
    this.handle = handle;
    this.identity = identityOf(handle.statSync());
    this.parts = parts;
    this.grownAt = parts.clock.uptimeMs();
  }

  /**
   * The lines up to the current end of the file.
   *
   * @throws {Failure} If the file cannot be read.
   */
  abstract available(mayBegin: MayBegin): AsyncGenerator<Item[]>;

  /** Whether nothing of it has been read, in this run or an earlier one. */
  abstract readonly isUntouched: boolean;

  /** The end of the last complete line that was yielded. */
  abstract readonly position: Position;

  /** Checks that the file still contains what was read of it. */
  abstract check(): void;

  /** Whether the file contains what was read. */
  abstract agrees(read: ReadPart): boolean;

  /** The splitter of its lines, once it is known where they begin. */
  protected abstract readonly lines: LinePositions | undefined;

  /** A mark after the last complete line, unless the last mark was there. */
  mark(): Mark | undefined {
    return this.lines?.mark();
  }

  /** Reports the file if it was read to its end and no line was recognised. */
  checkRecognised(): void {
    if (this.isAtEnd) this.lines?.checkRecognised();
  }

  /** Whether the file no longer has a name. */
  isDeleted(): boolean {
    return this.stat().nlink === 0;
  }

  /** The file with its current status. */
  get file(): ScannedFile {
    return scanned(this.log.name, this.stat());
  }

  /** Closes the file, and drops an incomplete line. */
  close(): void {
    this.isClosed = true;
    this.lines?.drop();
    this.handle.close();
  }

  /** @throws {Failure} If the system refuses it. */
  protected stat(): Deno.FileInfo {
    return this.orFail(() => this.handle.statSync());
  }

  /** @throws {Failure} If `action` throws. */
  protected orFail<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw readFailure(this.log.name, error);
    }
  }
}

/** Reads a plain file. */
export class PlainReader extends FileReader {
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

/** Reads a compressed file, from its beginning each time it has grown. */
export class CompressedReader extends FileReader {
  protected lines: LinePositions | undefined;
  #position: Position;
  /** Its status when it was last read. */
  #lastRead: ScannedFile | undefined;

  /**
   * Resumes in an open file at a position.
   *
   * @param handle Closed by {@linkcode FileReader.close}.
   */
  constructor(
    log: LogFile,
    handle: Deno.FsFile,
    position: Position,
    parts: ReaderParts,
  ) {
    super(log, handle, parts);
    this.#position = position;
  }

  async *available(mayBegin: MayBegin): AsyncGenerator<Item[]> {
    const now = this.file;
    const isRead = this.#lastRead && isUnchanged(this.#lastRead, now);
    this.isAtEnd = isRead || this.isDone || now.size < MAGIC_BYTES;
    if (this.isAtEnd) return;
    if (this.isUntouched && !await mayBegin()) return;
    this.#lastRead = now;
    this.grownAt = this.parts.clock.uptimeMs();
    let isTruncated = false;
    for await (const chunk of this.#rest((is) => isTruncated = is)) {
      yield this.lines!.take(chunk);
      if (this.isClosed) return;
    }
    this.isAtEnd = true;
    if (isTruncated) {
      const mark = this.mark();
      this.#position = this.position;
      this.lines?.drop();
      this.lines = undefined;
      if (mark !== undefined) yield [mark];
    } else if (this.lines === undefined) this.isReplaced = true;
    else {
      this.isDone = true;
      yield this.lines.end();
    }
  }

  /** The bytes after the position; creates {@linkcode lines} there. */
  async *#rest(
    truncated: (isTruncated: boolean) => void,
  ): AsyncGenerator<Uint8Array> {
    const { name } = this.log;
    const { offset } = this.#position;
    const last = new LastBytes();
    let head: Uint8Array = new Uint8Array();
    const begin = () => {
      const begin = { ...this.#position, head, last: last.bytes };
      this.lines ??= new LinePositions(this.log, begin, this.parts.reading);
    };
    const bytes = readFile(name, this.handle);
    const chunks = decompressed(name, bytes, (reason, isTruncated) => {
      truncated(isTruncated);
      this.parts.damaged(name, reason);
    });
    for await (const chunk of chunks) {
      const skipped = chunk.subarray(0, offset - last.end);
      last.take(skipped);
      if (head.length < FINGERPRINT_BYTES) {
        const missing = FINGERPRINT_BYTES - head.length;
        head = joinBytes([head, skipped.subarray(0, missing)]);
      }
      if (last.end < offset) continue;
      begin();
      yield chunk.subarray(skipped.length);
    }
    if (last.end === offset) begin();
  }

  get position(): Position {
    return this.lines?.position ?? this.#position;
  }

  get isUntouched(): boolean {
    // Until a line is yielded, it is read again from its beginning.
    return this.position.offset === 0 && !this.isDone;
  }

  check(): void {
    // Its content is compared when it is read.
  }

  agrees(): boolean {
    return false;
  }
}
