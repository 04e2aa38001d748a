/**
 * The content of plain and compressed files: whether a file contains what was
 * read of it, or is a prefix of another file.
 *
 * @module
 */

import {
  fingerprint,
  FINGERPRINT_BYTES,
  type Position,
} from "../../turns/checkpoint.ts";
import { decompressed } from "../compressed/decompress.ts";
import { COMPRESSED_NAME, type Format } from "../compressed/detect.ts";
import { loadZstd } from "../compressed/zstd.ts";
import { readFile } from "../source.ts";
import {
  formatIn,
  LastBytes,
  MAGIC_BYTES,
  matches,
  readAt,
  windowBefore,
} from "./file_bytes.ts";
import { openFile, type ScannedFile } from "./scanned_file.ts";

/** The part of a file that was read: its end, its first and its last bytes. */
export type ReadPart = Pick<Position, "offset" | "head" | "last">;

/** A file, open or not, that can be compared with what was read. */
export interface Holder {
  /** Whether it contains what was read of a file. */
  agrees(read: ReadPart): boolean | Promise<boolean>;
}

/** The content of one file. Each fact is read once and kept. */
export class Content implements Holder {
  file: ScannedFile;
  /** Known files that it is not a copy of. */
  readonly isNoCopyOf = new WeakSet<object>();
  #handle: Deno.FsFile | undefined;
  #format: Format["name"] | "plain" | "too short" | undefined;
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

  /**
   * Opens the file, unless some of it has been read.
   *
   * @throws {Moved} If it is no longer at its path.
   * @throws {Failure} If the library that decompresses it is missing.
   * @throws If the system refuses it.
   */
  checkReadable(): void {
    if (this.#format !== undefined) return;
    const { path, size } = this.file;
    const format = formatIn(this.open())?.name;
    if (format === "zstd") loadZstd(path);
    const isTooShort = COMPRESSED_NAME.test(path) && size < MAGIC_BYTES;
    this.#format = format ?? (isTooShort ? "too short" : "plain");
  }

  /** Whether it is compressed, or named so and too short to tell. */
  get isCompressed(): boolean {
    this.checkReadable();
    return this.#format !== "plain";
  }

  /** Whether it has exactly this many bytes, decompressed. */
  async isOfSize(bytes: number): Promise<boolean> {
    if (!this.isCompressed) return this.file.size === bytes;
    if (this.#format !== "gzip") return (await this.whole()).offset === bytes;
    // Its last field has the size modulo 2^32, if it is complete and has one
    // member. Decompressing it takes long.
    const field = readAt(this.open(), Math.max(0, this.file.size - 4), 4);
    return new DataView(field.buffer).getUint32(0, true) === bytes % 2 ** 32;
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

  async *#chunks(): AsyncGenerator<Uint8Array> {
    if (this.#format === "too short") return;
    const { path } = this.file;
    yield* decompressed(path, readFile(path, this.open()), () => {});
  }

  /** Closes the file; known facts are kept. */
  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }
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
