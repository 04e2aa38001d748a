/**
 * The content of plain and compressed files: whether a file contains what was
 * read of it, or is a prefix of another file.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import {
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  type Position,
} from "../../turns/checkpoint.ts";
import { decompressed } from "../compressed/decompress.ts";
import { formatOf, MOST_SIGNATURE_BYTES } from "../compressed/detect.ts";
import { readFile } from "../source.ts";
import type { Clock } from "./change_watcher.ts";
import {
  CLOCK_STEP,
  isUnchanged,
  Moved,
  openFile,
  type ScannedFile,
} from "./scan.ts";
import type { WarnOnce } from "./warn_once.ts";

/** How many first bytes recognise gzip data. */
export const MAGIC_BYTES = 2;

/** The part of a file that was read: its end, its first and its last bytes. */
export type ReadPart = Pick<Position, "offset" | "head" | "last">;

/** The content of one file. Each fact is read once and kept. */
export class Content implements Holder {
  file: ScannedFile;
  #handle: Deno.FsFile | undefined;
  #isCompressed: boolean | undefined;
  #compressedSize: number | undefined;
  #bytesBefore = new Map<number, Uint8Array>();
  #whole: Promise<ReadPart> | undefined;

  constructor(file: ScannedFile) {
    this.file = file;
  }

  /**
   * Opens the file, unless it is open.
   *
   * @throws {Moved} If it is no longer at its path.
   * @throws If the system refuses it.
   */
  open(): Deno.FsFile {
    return this.#handle ??= openFile(this.file);
  }

  /** Whether some of it has been read, so it is readable. */
  get isKnown(): boolean {
    return this.#handle !== undefined || this.#isCompressed !== undefined;
  }

  /** Whether it is compressed, or named so and too short to tell. */
  get isCompressed(): boolean {
    const { path, size } = this.file;
    return this.#isCompressed ??= isCompressed(this.open()) ||
      (path.endsWith(".gz") && size < MAGIC_BYTES);
  }

  /**
   * Its size in bytes: for a compressed file the decompressed size modulo 2^32,
   * read from its last field, which is right if it is complete and has one member.
   */
  get size(): number {
    if (!this.isCompressed) return this.file.size;
    return this.#compressedSize ??= this.file.size < MAGIC_BYTES
      ? 0
      : lengthField(this.open());
  }

  /** Whether it has exactly this many bytes. */
  isOfSize(bytes: number): boolean {
    return this.size === (this.isCompressed ? bytes % 2 ** 32 : bytes);
  }

  /** The first bytes, at most {@linkcode FINGERPRINT_BYTES}. */
  async head(): Promise<Uint8Array> {
    return await this.#bytes(FINGERPRINT_BYTES);
  }

  /**
   * Whether the file contains what was read.
   *
   * @param isSure Whether the first bytes of a compressed file are enough.
   */
  async agrees({ head, last }: ReadPart, isSure = false): Promise<boolean> {
    if (!matches(await this.#bytes(head.length), head)) return false;
    if (this.isCompressed && isSure) return true;
    return matches((await this.#bytes(last.end)).slice(-last.length), last);
  }

  /** Reads all of it. */
  whole(): Promise<ReadPart> {
    return this.#whole ??= this.#readWhole();
  }

  async #readWhole(): Promise<ReadPart> {
    const bytes = new LastBytes();
    if (this.isCompressed) {
      for await (const chunk of this.#chunks()) bytes.take(chunk);
    } else {
      const { size } = this.file;
      bytes.take(await this.#bytes(size));
      bytes.end = size;
    }
    const head = (await this.head()).subarray(0, bytes.end);
    return {
      offset: bytes.end,
      head: fingerprint(head, head.length),
      last: fingerprint(bytes.bytes, bytes.end),
    };
  }

  /** The bytes before an offset, at most {@linkcode FINGERPRINT_BYTES}. */
  async #bytes(end: number): Promise<Uint8Array> {
    let bytes = this.#bytesBefore.get(end);
    if (bytes === undefined) {
      bytes = this.isCompressed
        ? await this.#decompressed(end)
        : readAt(this.open(), ...windowBefore(end));
      this.#bytesBefore.set(end, bytes);
    }
    return bytes;
  }

  async #decompressed(end: number): Promise<Uint8Array> {
    const bytes = new LastBytes();
    for await (const chunk of this.#chunks()) {
      bytes.take(chunk.subarray(0, end - bytes.end));
      if (bytes.end === end) break;
    }
    return bytes.end === end || end === FINGERPRINT_BYTES
      ? bytes.bytes
      : new Uint8Array();
  }

  #chunks(): AsyncIterable<Uint8Array> {
    const { path, size } = this.file;
    const handle = this.open();
    if (size < MAGIC_BYTES) return (async function* () {})();
    return decompressed(path, readFile(path, handle), () => {});
  }

  /** Closes the file; known facts are kept. */
  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }
}

/** A file, open or not, that can be compared with what was read. */
export interface Holder {
  /** Whether it contains what was read of a file. */
  agrees(read: ReadPart): boolean | Promise<boolean>;
}

/** Whether a file is not empty, and is a prefix of another. */
export async function isPrefixOf(
  content: Content,
  other: Holder,
): Promise<boolean> {
  const head = await content.head();
  if (head.length === 0) return false;
  const print = fingerprint(head, head.length);
  // Decompressing a whole file takes long, so its beginning comes first.
  const beginning = { offset: head.length, head: print, last: print };
  return await other.agrees(beginning) &&
    await other.agrees(await content.whole());
}

/** The contents of files, each kept until the file changes. */
export class Contents {
  #contents = new Map<string, { content: Content; sinceMs: number }>();
  #used = new Set<string>();
  #clock: Clock;
  #warnings: WarnOnce;

  constructor(clock: Clock, warnings: WarnOnce) {
    this.#clock = clock;
    this.#warnings = warnings;
  }

  /** The content of a file as it was at a scan. */
  of(file: ScannedFile): Content {
    const key = JSON.stringify(file.identity);
    this.#used.add(key);
    const known = this.#contents.get(key)?.content;
    if (known !== undefined && isUnchanged(known.file, file)) {
      known.file = file;
      return known;
    }
    known?.close();
    const content = new Content(file);
    this.#contents.set(key, { content, sinceMs: this.#clock.nowMs() });
    return content;
  }

  /**
   * Whether a file is readable; warns if it is not.
   *
   * @throws {Moved} If it is no longer at its path.
   */
  isReadable(file: ScannedFile): boolean {
    const content = this.of(file);
    try {
      if (!content.isKnown) content.open();
      return true;
    } catch (error) {
      if (error instanceof Moved) throw error;
      this.#warnings.cannotRead(file.path, error);
      return false;
    }
  }

  /**
   * Closes all files. Forgets those that were not requested since the last call,
   * and those that were read so soon after a change that another change may not
   * show in their time.
   */
  release(): void {
    for (const [key, { content, sinceMs }] of this.#contents) {
      content.close();
      const isSettled = sinceMs - content.file.modifiedMs > CLOCK_STEP;
      if (!isSettled || !this.#used.has(key)) this.#contents.delete(key);
    }
    this.#used.clear();
  }

  /** Forgets all. */
  clear(): void {
    for (const { content } of this.#contents.values()) content.close();
    this.#contents.clear();
  }
}

/** Whether bytes match a fingerprint. */
export function matches(bytes: Uint8Array, print: Fingerprint): boolean {
  return bytes.length === print.length &&
    fingerprint(bytes, print.end).hash === print.hash;
}

/** Whether a file begins with the signature of gzip or zstd. */
export function isCompressed(file: Deno.FsFile): boolean {
  const format = formatOf(readAt(file, 0, MOST_SIGNATURE_BYTES));
  return format !== undefined && format.command === undefined;
}

/** The decompressed size in the last field of gzip data. */
function lengthField(file: Deno.FsFile): number {
  const { size } = file.statSync();
  const [a, b, c, d] = readAt(file, Math.max(0, size - 4), 4);
  return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}

/** The bytes that the fingerprint at an offset covers. */
export function windowBefore(end: number): [start: number, length: number] {
  const start = Math.max(0, end - FINGERPRINT_BYTES);
  return [start, end - start];
}

/** Reads bytes at an offset; fewer at the end of the file. */
export function readAt(
  file: Deno.FsFile,
  start: number,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(start, Deno.SeekMode.Start);
  let done = 0;
  while (done < length) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** The last bytes of a stream, at most {@linkcode FINGERPRINT_BYTES}. */
export class LastBytes {
  /** These bytes. */
  bytes: Uint8Array;
  /** How many bytes the stream has had. */
  end: number;

  /** @param bytes The last bytes so far. */
  constructor(
    bytes: Uint8Array = new Uint8Array(),
    end: number = bytes.length,
  ) {
    this.bytes = bytes;
    this.end = end;
  }

  /** Takes the next bytes, which may be overwritten once this returns. */
  take(chunk: Uint8Array): void {
    this.end += chunk.length;
    this.bytes = chunk.length >= FINGERPRINT_BYTES
      ? chunk.slice(-FINGERPRINT_BYTES)
      : joinBytes([this.bytes, chunk]).slice(-FINGERPRINT_BYTES);
  }
}
