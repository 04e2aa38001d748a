/**
 * Concatenation of bytes.
 *
 * @module
 */

/** Concatenates pieces; a single piece is returned as it is, not copied. */
export function joinBytes(
  pieces: Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (pieces.length === 1 && first.buffer instanceof ArrayBuffer) {
    return first as Uint8Array<ArrayBuffer>;
  }
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const joined = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
