/**
 * Files that were compressed after rotation: read to their end once.
 *
 * @module
 */

import { gunzipped } from "../gzip.ts";
import type { Item } from "../lines.ts";
import { readFile } from "../source.ts";
import {
  type Checkpoint,
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
} from "./position.ts";
import { join, lastOf, Progress, type Reading } from "./progress.ts";
import { readAt } from "./tail.ts";

/** Whether a file begins as gzip does. */
export function isArchive(path: string): boolean {
  using file = Deno.openSync(path);
  const [first, second] = readAt(file, 0, 2);
  return first === 0x1f && second === 0x8b;
}

/** The lines of an archive behind its checkpoint, and a mark at its end. */
export async function* archiveItems(
  path: string,
  { id, offset, line }: Checkpoint,
  reading: Reading,
  damaged: (reason: string) => void,
): AsyncGenerator<Item[]> {
  let [at, head, last] = [0, new Uint8Array(), new Uint8Array()];
  let progress: Progress | undefined;
  for await (const chunk of gunzipped(readFile(path), damaged)) {
    const skipped = chunk.subarray(0, Math.max(0, offset - at));
    at += skipped.length;
    if (head.length < FINGERPRINT_BYTES) head = startOf(head, skipped);
    last = lastOf(last, skipped);
    if (at < offset) continue;
    progress ??= new Progress({ id, offset, line, head, last }, reading);
    yield progress.take(chunk.subarray(skipped.length));
  }
  progress ??= new Progress({ id, offset, line, head, last }, reading);
  yield progress.end();
}

/** Whether an archive holds the bytes that some fingerprints were made of. */
export async function archiveHolds(
  path: string,
  head: Fingerprint,
  last: Fingerprint,
): Promise<boolean> {
  let [at, start, end] = [0, new Uint8Array(), new Uint8Array()];
  for await (const chunk of gunzipped(readFile(path), () => {})) {
    if (start.length < head.length) {
      start = startOf(start, chunk);
      if (
        start.length >= head.length &&
        !isFrom(start.subarray(0, head.length), head)
      ) {
        return false;
      }
    }
    const wanted = chunk.subarray(0, last.end - at);
    at += wanted.length;
    end = lastOf(end, wanted);
    if (at === last.end) return isFrom(end.subarray(-last.length), last);
  }
  return false;
}

/** Whether some bytes are those that a fingerprint was made of. */
export function isFrom(bytes: Uint8Array, print: Fingerprint): boolean {
  return fingerprint(bytes, print.end).hash === print.hash;
}

function startOf(known: Uint8Array, chunk: Uint8Array) {
  return join(known, chunk.subarray(0, FINGERPRINT_BYTES - known.length));
}
