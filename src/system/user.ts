/**
 * The user that runs the program. Deno would need a permission for it that the
 * program does not have.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** The user id of this process. */
export function userId(): number {
  return libc.getuid();
}
