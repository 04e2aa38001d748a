/**
 * Decompresses gzip data.
 *
 * @module
 */

// DecompressionStream reads only one member, and drops decompressed bytes when
// it finds an error.
import { crc32, createInflateRaw } from "node:zlib";
import { letEventsRun } from "../../system/event_loop.ts";
import { detect, GZIP } from "./detect.ts";
import { corrupt, foreign, type Input, truncated } from "./input.ts";

const DEFLATE = 8;

/** The optional parts of a header, by the bits of its fourth byte. */
enum Flag {
  HeaderChecksum = 2,
  Extra = 4,
  Name = 8,
  Comment = 16,
  Reserved = 0xe0,
}

/**
 * How many bytes are decompressed at a time, to at most a thousand times as
 * many. Those of a piece that precede corrupt data are lost with it.
 */
const PIECE_BYTES = 1024;
const OUTPUT_BYTES = 64 * 1024;

/**
 * Decompresses all members.
 *
 * @param input The data after the first two bytes; zeros may follow the last
 * member.
 * @throws {Damage} If it is damaged.
 */
export async function* gunzip(input: Input): AsyncGenerator<Uint8Array> {
  do {
    await skipHeader(input);
    yield* inflated(input);
  } while (await startsMember(input));
}

/** Skips a member's header, except for its first two bytes. */
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

/** Decompresses a member after its header, and checks it. */
async function* inflated(input: Input): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: OUTPUT_BYTES });
  const output: Uint8Array[] = [];
  inflate.on("data", (bytes: Uint8Array) => output.push(bytes));
  // Not every version of Deno passes an error to the callback of the write.
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

/** Whether one more member begins; its first two bytes are skipped then. */
async function startsMember(input: Input): Promise<boolean> {
  let bytes;
  while ((bytes = await input.peek())[0] === 0) {
    const end = bytes.findIndex((byte) => byte !== 0);
    input.advance(end < 0 ? bytes.length : end);
  }
  if (bytes.length === 0) return false;
  const { format } = await detect(input, [GZIP]);
  if (format !== undefined) return true;
  throw (await input.peek()).length === 0 ? truncated() : foreign();
}
