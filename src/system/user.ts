/**
 * Who runs the program. Deno tells only with a permission that the program does
 * without.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** The user id of this process. */
export function userId(): number {
  return libc.getuid();
}
