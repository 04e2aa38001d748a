/**
 * Bytes of open files, and what is compared of them.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import {
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
} from "../../turns/checkpoint.ts";
import { type Format, formatOf } from "../compressed/detect.ts";

/** How many first bytes recognise the formats that are decompressed. */
export const MAGIC_BYTES = 4;

/** The format of a compressed file, if this program decompresses it. */
export function formatIn(file: Deno.FsFile): Format | undefined {
  const format = formatOf(readAt(file, 0, MAGIC_BYTES));
  return format?.command === undefined ? format : undefined;
}

/** Whether bytes match a fingerprint. */
export function matches(bytes: Uint8Array, print: Fingerprint): boolean {
  return bytes.length === print.length &&
    fingerprint(bytes, print.end).hash === print.hash;
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
