/**
 * Concatenation of bytes.
 *
 * @module
 */

const encoder = new TextEncoder();
/** UTF-8 takes at most so many bytes for a unit of a string. */
const MOST_BYTES_A_UNIT = 3;
/** How much more than needed a buffer grows at most. */
const MOST_SPARE_BYTES = 64 * 1024 * 1024;

/** Bytes that are collected in one buffer, which is used again and again. */
export class ByteCollector {
  #buffer: Uint8Array<ArrayBuffer>;
  #capacity: number;
  #length = 0;

  /** @param capacity How many bytes it keeps room for. */
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

  /** What was added, valid until more is added. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Forgets what was added. */
  clear(): void {
    this.#length = 0;
    // One large line must not cost its memory for ever.
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
 * The pieces, one after the other. They are not copied if they follow each
 * other in one buffer already.
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
