/**
 * Compressed data, read byte by byte.
 *
 * @module
 */

const EMPTY = new Uint8Array();

/** Compressed data is damaged; the message is a predicate, such as "is corrupt". */
export class Damage extends Error {
  /** Whether only its end is missing, which may still be written. */
  readonly isTruncated: boolean;

  constructor(message: string, isTruncated = false) {
    super(message);
    this.isTruncated = isTruncated;
  }
}

export const truncated = (): Damage => new Damage("ends in the middle", true);
export const corrupt = (): Damage => new Damage("is corrupt");
export const foreign = (): Damage =>
  new Damage("is followed by something else");

/** Chunks of bytes as one sequence. */
export class Input {
  #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = EMPTY;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes, as many as are available; empty only at the end. */
  async peek(): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      this.#rest = value;
    }
    return this.#rest;
  }

  /** Skips bytes that {@linkcode peek} returned. */
  advance(count: number): void {
    this.#rest = this.#rest.subarray(count);
  }

  /**
   * Takes a byte.
   *
   * @throws {Damage} At the end.
   */
  async byte(): Promise<number> {
    const [byte] = await this.peek();
    if (byte === undefined) throw truncated();
    this.advance(1);
    return byte;
  }

  /**
   * Takes a little-endian number of this many bytes.
   *
   * @throws {Damage} At the end.
   */
  async number(bytes: number): Promise<number> {
    let number = 0;
    for (let i = 0; i < bytes; i++) number += await this.byte() * 256 ** i;
    return number;
  }

  /** All remaining bytes, chunk by chunk. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let bytes; (bytes = await this.peek()).length > 0;) {
      this.#rest = EMPTY;
      yield bytes;
    }
  }

  /** Stops reading the chunks. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
