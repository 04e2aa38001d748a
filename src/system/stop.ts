/**
 * Job control.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** The number of SIGSTOP. */
const STOP = Deno.build.os === "darwin" ? 17 : 19;

/**
 * Stops this process, as Ctrl-Z does; returns when it is to go on. Deno sends
 * signals only with a permission that the program does without.
 */
export function stopThisProcess(): void {
  libc.raise(STOP);
}
