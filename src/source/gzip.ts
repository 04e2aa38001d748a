/**
 * Compressed sources: gzip, recognised by its first bytes (SPEC section 7).
 *
 * @module
 */

// The web's DecompressionStream knows one member, and drops what it has
// decompressed when it meets a mistake.
import { crc32, createInflateRaw } from "node:zlib";
import { letEventsRun } from "../system/event_loop.ts";

const MAGIC = Uint8Array.of(0x1f, 0x8b);
const DEFLATE = 8;
const EMPTY = new Uint8Array();

/** The parts that a header has or has not, by the bits of its fourth byte. */
enum Flag {
  HeaderChecksum = 2,
  Extra = 4,
  Name = 8,
  Comment = 16,
  Reserved = 0xe0,
}

/**
 * How much is decompressed at a time. It comes to a thousand times as much at
 * most, and what of it stands before a mistake is lost with it.
 */
const PIECE_BYTES = 1024;
const OUTPUT_BYTES = 64 * 1024;

/** What {@linkcode gunzipped} tells of data that breaks off. */
export const CUT_OFF = "its gzip data ends in the middle";

/** Where gzip data is not what it should be; the message is a clause. */
class Damage extends Error {}

/**
 * The bytes of a source, decompressed where they are gzip: one member or
 * several, zeros behind the last. What is not gzip is passed on as it is.
 *
 * @param chunks Each chunk valid until the next is asked for, as are those that
 * are given.
 * @param damaged Is told where gzip data breaks off, is corrupt or is followed
 * by something else. What could be decompressed before was given; that is the
 * end.
 * @throws Whatever reading the chunks throws.
 */
export async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  damaged: (reason: string) => void,
): AsyncGenerator<Uint8Array> {
  const input = new Input(chunks);
  try {
    for (const [at, byte] of MAGIC.entries()) {
      if ((await input.peek())[0] === byte) input.advance(1);
      else {
        if (at > 0) yield MAGIC.slice(0, at);
        return yield* input.rest();
      }
    }
    do {
      await skipHeader(input);
      yield* inflated(input);
    } while (await startsMember(input));
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    damaged(error.message);
  } finally {
    await input.close();
  }
}

/** Skips a member's header behind its magic bytes. */
async function skipHeader(input: Input): Promise<void> {
  const method = await input.byte();
  const flags = await input.byte();
  if (method !== DEFLATE || (flags & Flag.Reserved) !== 0) throw corrupt();
  const timeAndSystem = 6;
  await input.number(timeAndSystem);
  if (flags & Flag.Extra) {
    for (let i = await input.number(2); i > 0; i--) await input.byte();
  }
  for (const flag of [Flag.Name, Flag.Comment]) {
    if (flags & flag) { while (await input.byte() !== 0); }
  }
  if (flags & Flag.HeaderChecksum) await input.number(2);
}

/** Decompresses a member behind its header, and checks it. */
async function* inflated(input: Input): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: OUTPUT_BYTES });
  const output: Uint8Array[] = [];
  inflate.on("data", (bytes: Uint8Array) => output.push(bytes));
  // Not every version of Deno tells an error to whoever writes.
  let settle: (error: unknown) => void = () => {};
  inflate.on("error", (error) => settle(error));
  let checksum = 0;
  let size = 0;
  try {
    for (let ended = false; !ended;) {
      await letEventsRun();
      const piece = (await input.peek()).subarray(0, PIECE_BYTES);
      if (piece.length === 0) throw truncated();
      const before = inflate.bytesWritten;
      const error = await new Promise<unknown>((resolve) => {
        settle = resolve;
        inflate.write(piece, resolve);
      });
      for (const bytes of output.splice(0)) {
        checksum = crc32(bytes, checksum);
        size += bytes.length;
        yield bytes;
      }
      if (error) throw corrupt();
      const used = inflate.bytesWritten - before;
      input.advance(used);
      ended = used < piece.length;
    }
  } finally {
    inflate.destroy();
  }
  const isIntact = await input.number(4) === checksum &&
    await input.number(4) === size % 2 ** 32;
  if (!isIntact) throw corrupt();
}

/** Whether one more member begins, its magic bytes then skipped. */
async function startsMember(input: Input): Promise<boolean> {
  let bytes;
  while ((bytes = await input.peek())[0] === 0) {
    const end = bytes.findIndex((byte) => byte !== 0);
    input.advance(end < 0 ? bytes.length : end);
  }
  if (bytes.length === 0) return false;
  for (const byte of MAGIC) if (await input.byte() !== byte) throw foreign();
  return true;
}

const truncated = () => new Damage(CUT_OFF);
const corrupt = () => new Damage("its gzip data is corrupt");
const foreign = () => new Damage("its gzip data is followed by something else");

/** Chunks to be read by the byte. */
class Input {
  #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = EMPTY;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** What is at hand of the next bytes; empty only at the end. */
  async peek(): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      this.#rest = value;
    }
    return this.#rest;
  }

  /** Moves on behind bytes that were at hand. */
  advance(count: number): void {
    this.#rest = this.#rest.subarray(count);
  }

  /** Takes a byte. */
  async byte(): Promise<number> {
    const [byte] = await this.peek();
    if (byte === undefined) throw truncated();
    this.advance(1);
    return byte;
  }

  /** Takes a number of so many bytes, the lowest first. */
  async number(bytes: number): Promise<number> {
    let number = 0;
    for (let i = 0; i < bytes; i++) number += await this.byte() * 256 ** i;
    return number;
  }

  /** All that is to come, chunk by chunk. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let bytes; (bytes = await this.peek()).length > 0;) {
      this.#rest = EMPTY;
      yield bytes;
    }
  }

  /** Lets go of the chunks. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
