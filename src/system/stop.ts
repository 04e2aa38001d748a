/**
 * Job control.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** The number of SIGSTOP. */
const STOP = Deno.build.os === "darwin" ? 17 : 19;

/**
 * Stops this process, as Ctrl-Z does, and returns when it is continued. Deno
 * would need a permission to send signals that the program does not have.
 */
export function stopThisProcess(): void {
  libc.raise(STOP);
}
