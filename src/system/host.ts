/**
 * The name of this machine. Deno would need a permission for it that the
 * program does not have.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** How many bytes a name has at most; those of Linux have 64. */
const MOST_BYTES = 256;

/** The host name of this machine. */
export function hostName(): string {
  const bytes = new Uint8Array(MOST_BYTES);
  libc.gethostname(bytes, BigInt(MOST_BYTES - 1));
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
