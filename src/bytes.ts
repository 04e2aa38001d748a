/**
 * Concatenation of bytes.
 *
 * @module
 */

const encoder = new TextEncoder();
/** The maximum number of UTF-8 bytes for a UTF-16 unit of a string. */
const MOST_BYTES_A_UNIT = 3;
/** The maximum number of bytes by which a buffer grows beyond what is needed. */
const MOST_SPARE_BYTES = 64 * 1024 * 1024;

/** Collects bytes in one buffer, which is reused. */
export class ByteCollector {
  #buffer: Uint8Array<ArrayBuffer>;
  #capacity: number;
  #length = 0;

  /** @param capacity The size of the buffer when it is empty, in bytes. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#buffer = new Uint8Array(capacity);
  }

  /** Adds a text as UTF-8. */
  addText(text: string): void {
    const most = text.length * MOST_BYTES_A_UNIT;
    if (most > this.#capacity) return this.add(encoder.encode(text));
    this.#makeRoom(most);
    const rest = this.#buffer.subarray(this.#length);
    this.#length += encoder.encodeInto(text, rest).written;
  }

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The collected bytes, valid until the next change. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Removes all bytes. */
  clear(): void {
    this.#length = 0;
    // Free the memory that one large line needed.
    if (this.#buffer.length > this.#capacity) {
      this.#buffer = new Uint8Array(this.#capacity);
    }
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(needed + Math.min(needed, MOST_SPARE_BYTES));
    grown.set(this.bytes);
    this.#buffer = grown;
  }
}

/**
 * Concatenates pieces. They are not copied if they are adjacent in one buffer
 * already.
 */
export function joinBytes(
  pieces: Uint8Array[],
): Uint8Array<ArrayBuffer> {
  let size = 0;
  let isOnePiece = pieces.length > 0;
  const [first] = pieces;
  for (const { buffer, byteOffset, length } of pieces) {
    isOnePiece &&= buffer === first.buffer &&
      byteOffset === first.byteOffset + size;
    size += length;
  }
  if (isOnePiece && first.buffer instanceof ArrayBuffer) {
    return new Uint8Array(first.buffer, first.byteOffset, size);
  }
  const joined = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
