/**
 * Pieces of logs as bytes, since hostile ones are no text.
 *
 * @module
 */

/** Bytes that this process owns. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** The bytes of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** All pieces, one after the other. */
export function concat(pieces: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** `bytes` with `piece` at `at` in place of `removed` bytes of its own. */
export function splice(
  bytes: Uint8Array,
  at: number,
  removed: number,
  piece: Uint8Array,
): Bytes {
  return concat([bytes.subarray(0, at), piece, bytes.subarray(at + removed)]);
}

const NEWLINE = 10;

/** Cuts bytes after each newline; only the last piece may lack one. */
export function cutLines(bytes: Bytes): Bytes[] {
  const lines: Bytes[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}
