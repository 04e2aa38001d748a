/**
 * Decompresses zstd data with the system's libzstd.
 *
 * @module
 */

import { Failure } from "../../error.ts";
import { letEventsRun } from "../../system/event_loop.ts";
import { detect, ZSTD } from "./detect.ts";
import { corrupt, Damage, foreign, type Input, truncated } from "./input.ts";

const PATHS = Deno.build.os === "darwin"
  // Homebrew on ARM installs where the loader does not search.
  ? ["libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib"]
  : ["libzstd.so.1"];

const SYMBOLS = {
  ZSTD_createDStream: { parameters: [], result: "pointer" },
  ZSTD_initDStream: { parameters: ["pointer"], result: "usize" },
  ZSTD_decompressStream: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "usize",
  },
  ZSTD_freeDStream: { parameters: ["pointer"], result: "usize" },
  ZSTD_isError: { parameters: ["usize"], result: "u32" },
  ZSTD_getErrorCode: { parameters: ["usize"], result: "u32" },
} as const;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** `ZSTD_error_frameParameter_windowTooLarge`. */
const WINDOW_TOO_LARGE = 16;
/** The largest block, compressed or not. */
const BLOCK_BYTES = 128 * 1024;

let library: Library | undefined;

/**
 * Loads the library, unless it is loaded already.
 *
 * @param source The name of the source that needs it, for the message.
 * @throws {Failure} If it cannot be loaded.
 */
export function loadZstd(source: string): Library {
  for (const path of PATHS) {
    try {
      library ??= Deno.dlopen(path, SYMBOLS).symbols;
    } catch {
      // The sentence below says more than the loader's message.
    }
  }
  if (library !== undefined) return library;
  throw new Failure(
    `cannot read ${JSON.stringify(source)}: it is compressed with zstd, and ${
      PATHS[0]
    } cannot be loaded; install the zstd library (package libzstd1, libzstd or zstd), or use zstd -dc FILE | turn-counter`,
  );
}

/**
 * Decompresses all frames.
 *
 * @param library See {@linkcode loadZstd}.
 * @param head The first bytes, which have already been taken from the input.
 * @throws {Damage} If they are damaged.
 */
export async function* unzstd(
  library: Library,
  input: Input,
  head: Uint8Array,
): AsyncGenerator<Uint8Array> {
  using stream = new Decompressor(library);
  for (let begin = head; begin.length > 0; begin = await nextFrame(input)) {
    yield* stream.take(begin);
    while (stream.wanted > 0) {
      await letEventsRun();
      const piece = (await input.peek()).subarray(0, stream.wanted);
      if (piece.length === 0) throw truncated();
      yield* stream.take(piece);
      input.advance(piece.length);
    }
  }
}

/** The first bytes of the next frame; none at the end. */
async function nextFrame(input: Input): Promise<Uint8Array> {
  const { format, head } = await detect(input, [ZSTD]);
  if (format !== undefined) return head;
  const isEnd = (await input.peek()).length === 0;
  if (!isEnd) throw foreign();
  if (head.length > 0) throw truncated();
  return head;
}

/** A `ZSTD_DStream` and its buffers. */
class Decompressor implements Disposable {
  /** How many bytes to take next, up to the end of a block; 0 at the end of a frame. */
  wanted: number;
  #library: Library;
  #stream: Deno.PointerValue;
  #input = new Buffer(BLOCK_BYTES);
  #output = new Buffer(BLOCK_BYTES);

  constructor(library: Library) {
    this.#library = library;
    this.#stream = library.ZSTD_createDStream();
    this.wanted = this.#checked(library.ZSTD_initDStream(this.#stream));
  }

  /**
   * Decompresses bytes, at most {@linkcode wanted}. So each call completes at most
   * one block: if one is corrupt, all earlier ones have been yielded.
   *
   * @throws {Damage} If they are corrupt.
   */
  *take(bytes: Uint8Array): Generator<Uint8Array> {
    this.#input.fill(bytes);
    do {
      this.#output.reset(BLOCK_BYTES);
      const { ZSTD_decompressStream } = this.#library;
      this.wanted = Math.min(
        BLOCK_BYTES,
        this.#checked(
          ZSTD_decompressStream(
            this.#stream,
            this.#output.struct,
            this.#input.struct,
          ),
        ),
      );
      if (this.#output.position > 0) yield this.#output.used;
      const isFull = this.#output.position === BLOCK_BYTES;
      if (this.wanted === 0 || !isFull && this.#input.isUsed) return;
    } while (true);
  }

  [Symbol.dispose](): void {
    this.#library.ZSTD_freeDStream(this.#stream);
  }

  #checked(result: bigint): number {
    if (this.#library.ZSTD_isError(result) === 0) return Number(result);
    if (this.#library.ZSTD_getErrorCode(result) === WINDOW_TOO_LARGE) {
      throw new Damage(
        "needs more than 128 MB of memory (zstd -dc --long=31 FILE decompresses it)",
      );
    }
    throw corrupt();
  }
}

/** A `ZSTD_inBuffer` or `ZSTD_outBuffer`: address, size and position. */
class Buffer {
  readonly struct: BigUint64Array<ArrayBuffer>;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    const address = Deno.UnsafePointer.of(this.#bytes);
    const number = Deno.UnsafePointer.value(address);
    this.struct = BigUint64Array.of(BigInt(number), 0n, 0n);
  }

  get position(): number {
    return Number(this.struct[2]);
  }

  /** Whether all of it has been read. */
  get isUsed(): boolean {
    return this.struct[2] === this.struct[1];
  }

  /** The bytes before the position. */
  get used(): Uint8Array {
    return this.#bytes.subarray(0, this.position);
  }

  /** Sets its size, and its position to 0. */
  reset(size: number): void {
    this.struct[1] = BigInt(size);
    this.struct[2] = 0n;
  }

  /** Copies bytes into it, to be read. */
  fill(bytes: Uint8Array): void {
    this.#bytes.set(bytes);
    this.reset(bytes.length);
  }
}
