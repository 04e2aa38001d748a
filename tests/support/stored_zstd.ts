/**
 * Makes zstd data without a program that compresses.
 *
 * @module
 */

import { loadZstd } from "../../src/source/compressed/zstd.ts";
import { concat } from "./bytes.ts";

const MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
/** No checksum and no size, as of data that was piped; a window of 128 KiB. */
const HEADER = Uint8Array.of(0x00, 0x38);
const MOST_BLOCK_BYTES = 128 * 1024;

/** Whether the library is there that decompresses zstd; it stays loaded. */
export const hasZstd: boolean = canLoad();

function canLoad(): boolean {
  try {
    return loadZstd("log") !== undefined;
  } catch {
    return false;
  }
}

/** A zstd frame that holds bytes as they are. */
export function storedZstd(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [MAGIC, HEADER];
  for (let start = 0;; start += MOST_BLOCK_BYTES) {
    const block = bytes.subarray(start, start + MOST_BLOCK_BYTES);
    const isLast = start + block.length >= bytes.length;
    const header = block.length << 3 | Number(isLast);
    parts.push(Uint8Array.of(header, header >> 8, header >> 16), block);
    if (isLast) return concat(parts);
  }
}
