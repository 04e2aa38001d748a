/**
 * Reads a source that may be compressed (SPEC section 7).
 *
 * @module
 */

import { UsageError } from "../../error.ts";
import {
  detect,
  type Format,
  formatOf,
  MOST_SIGNATURE_BYTES,
} from "./detect.ts";
import { Damage, Input } from "./input.ts";
import { loadZstd, unzstd } from "./zstd.ts";

/** Reports damaged data; the reason is a clause. */
type Damaged = (reason: string, isTruncated: boolean) => void;

/**
 * The bytes of a source, decompressed if they are gzip or zstd: one member or
 * frame or several. Others are passed on as they are.
 *
 * @param name The name of the source, for messages.
 * @param chunks Each chunk is valid until the next one is requested, as are
 * those that are yielded.
 * @param damaged Called if compressed data is truncated, corrupt or followed by
 * something else, after all that could be decompressed was yielded.
 * @throws {UsageError} If they are compressed in another format.
 * @throws {Failure} If the library for zstd is missing.
 * @throws Whatever reading the chunks throws.
 */
export async function* decompressed(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  damaged: Damaged,
): AsyncGenerator<Uint8Array> {
  const input = new Input(chunks);
  try {
    const { format, head } = await detect(input);
    if (format === undefined) {
      if (head.length > 0) yield head;
      return yield* input.rest();
    }
    checkReadable(name, format);
    try {
      if (format.name === "gzip") {
        // What decompresses it would slow the start of every run.
        const { gunzip } = await import("./gzip.ts");
        yield* gunzip(input);
      } else yield* unzstd(loadZstd(name), input, head);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      const { message, isTruncated } = error;
      damaged(`its ${format.name} data ${message}`, isTruncated);
    }
  } finally {
    await input.close();
  }
}

/** The bytes of an open file by which {@linkcode checkFormat} recognises it. */
export function firstBytes(file: Deno.FsFile): Uint8Array {
  const head = new Uint8Array(MOST_SIGNATURE_BYTES);
  const count = file.readSync(head) ?? 0;
  file.seekSync(0, Deno.SeekMode.Start);
  return head.subarray(0, count);
}

/**
 * Checks before a source is read that its format, if it is compressed, can be
 * decompressed here.
 *
 * @throws {UsageError | Failure} As {@linkcode decompressed} does.
 */
export function checkFormat(name: string, head: Uint8Array): void {
  const format = formatOf(head);
  if (format !== undefined) checkReadable(name, format);
}

function checkReadable(source: string, { name, command }: Format): void {
  if (command !== undefined) {
    throw new UsageError(
      `cannot read ${
        JSON.stringify(source)
      }: it is compressed with ${name}; decompress it on the way: ${command} FILE | turn-counter`,
    );
  }
  if (name === "zstd") loadZstd(source);
}
