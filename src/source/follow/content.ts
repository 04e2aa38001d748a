/**
 * Bytes of files, compared with the fingerprints of others.
 *
 * @module
 */

import { type Fingerprint, fingerprint } from "../../turns/checkpoint.ts";

/** Whether a file holds the bytes that some fingerprints were made of. */
export function fileHolds(
  file: Deno.FsFile,
  head: Fingerprint,
  last: Fingerprint,
): boolean {
  return isFrom(readAt(file, 0, head.length), head) &&
    isFrom(readAt(file, last.end - last.length, last.length), last);
}

/** Whether some bytes are those that a fingerprint was made of. */
export function isFrom(bytes: Uint8Array, print: Fingerprint): boolean {
  return fingerprint(bytes, print.end).hash === print.hash;
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
