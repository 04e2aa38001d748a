/**
 * SHA-256, at once.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The SHA-256 in hex, of the UTF-8 of a text or of bytes. */
export function sha256(data: string | Uint8Array): string {
  // Web Crypto is asynchronous, and costs fifty times as much for short input.
  return createHash("sha256").update(data).digest("hex");
}
