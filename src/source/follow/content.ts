/**
 * What is in a file, plain and compressed alike: whether it holds what was read
 * of it, or is the beginning of another.
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

/** How many bytes gzip data is known by. */
export const MAGIC_BYTES = 2;

/** What was read of a file: up to where, its first bytes, and the last ones. */
export type ReadPart = Pick<Position, "offset" | "head" | "last">;

/** The content of one file. Facts are kept, so that each is read once. */
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
   * Makes sure that the file can be read.
   *
   * @throws {Moved} Where it is not where it was.
   * @throws Where the system refuses it.
   */
  open(): Deno.FsFile {
    return this.#handle ??= openFile(this.file);
  }

  /** Whether something is known of it, so that it could be read. */
  get isKnown(): boolean {
    return this.#handle !== undefined || this.#isCompressed !== undefined;
  }

  /** Whether it is compressed, or named as if and has hardly been begun. */
  get isCompressed(): boolean {
    const { path, size } = this.file;
    return this.#isCompressed ??= isGzip(this.open()) ||
      (path.endsWith(".gz") && size < MAGIC_BYTES);
  }

  /**
   * How many bytes are in it: of a compressed file the remainder to 2^32, which
   * is known without reading it if it is whole and has one member.
   */
  get size(): number {
    if (!this.isCompressed) return this.file.size;
    return this.#compressedSize ??= this.file.size < MAGIC_BYTES
      ? 0
      : lengthField(this.open());
  }

  /** Whether it has just so many bytes. */
  isOfSize(bytes: number): boolean {
    return this.size === (this.isCompressed ? bytes % 2 ** 32 : bytes);
  }

  /** The first bytes, at most {@linkcode FINGERPRINT_BYTES}. */
  async head(): Promise<Uint8Array> {
    return await this.#bytes(FINGERPRINT_BYTES);
  }

  /**
   * Whether the file holds what was read.
   *
   * @param isSure Whether the first bytes are enough, of a compressed file.
   */
  async agrees({ head, last }: ReadPart, isSure = false): Promise<boolean> {
    if (!matches(await this.#bytes(head.length), head)) return false;
    if (this.isCompressed && isSure) return true;
    return matches((await this.#bytes(last.end)).slice(-last.length), last);
  }

  /** All of it, as if it had been read. */
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

  /** The bytes before an offset, as many as a fingerprint is made of. */
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

  /** Closes the file; what is known of it is kept. */
  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }
}

/** What can say whether it holds some bytes. */
export interface Holder {
  /** Whether it holds what was read of a file. */
  agrees(read: ReadPart): boolean | Promise<boolean>;
}

/** Whether a file, which is not empty, is what another begins with. */
export async function isBeginningOf(
  content: Content,
  other: Holder,
): Promise<boolean> {
  const head = await content.head();
  if (head.length === 0) return false;
  const print = fingerprint(head, head.length);
  // To decompress all of a file takes long.
  const begins = { offset: head.length, head: print, last: print };
  return await other.agrees(begins) &&
    await other.agrees(await content.whole());
}

/** The contents of files, for as long as nobody writes to them. */
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
   * Whether a file may be read; warns where it may not.
   *
   * @throws {Moved} Where it is not where it was.
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
   * Closes all files. Forgets those that nobody asked for since the last time,
   * and those that were looked at so soon after a change that the next one may
   * leave no trace.
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

/** Whether some bytes are those that a fingerprint was made of. */
export function matches(bytes: Uint8Array, print: Fingerprint): boolean {
  return bytes.length === print.length &&
    fingerprint(bytes, print.end).hash === print.hash;
}

/** Whether a file begins as gzip data does. */
export function isGzip(file: Deno.FsFile): boolean {
  const [first, second] = readAt(file, 0, MAGIC_BYTES);
  return first === 0x1f && second === 0x8b;
}

/** What the last field of gzip data says of its size. */
function lengthField(file: Deno.FsFile): number {
  const { size } = file.statSync();
  const [a, b, c, d] = readAt(file, Math.max(0, size - 4), 4);
  return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}

/** Where the bytes begin that a fingerprint before an offset is made of, and how many they are. */
export function windowBefore(end: number): [start: number, length: number] {
  const start = Math.max(0, end - FINGERPRINT_BYTES);
  return [start, end - start];
}

/** Reads some bytes, fewer where the file ends. */
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

/** The last bytes of a stream, as many as a fingerprint is made of. */
export class LastBytes {
  /** These bytes. */
  bytes: Uint8Array;
  /** How many there were in all. */
  end: number;

  /** @param bytes The last of those that came before. */
  constructor(
    bytes: Uint8Array = new Uint8Array(),
    end: number = bytes.length,
  ) {
    this.bytes = bytes;
    this.end = end;
  }

  /** Takes the next bytes, which are free to be overwritten once this returns. */
  take(chunk: Uint8Array): void {
    this.end += chunk.length;
    this.bytes = chunk.length >= FINGERPRINT_BYTES
      ? chunk.slice(-FINGERPRINT_BYTES)
      : joinBytes([this.bytes, chunk]).slice(-FINGERPRINT_BYTES);
  }
}
