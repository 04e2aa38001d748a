/**
 * SIGINT and SIGTERM (SPEC section 8).
 *
 * @module
 */

import { isWritable, STDOUT } from "./poll.ts";

/** How long the events in hand may take after a signal, in milliseconds. */
const GRACE_MS = 5000;

/**
 * Aborts on SIGINT and SIGTERM. If stdout is blocked, so that the records in
 * hand cannot be written, a second signal or the end of the grace period ends
 * the program at once.
 *
 * @param onGiveUp Called before the program ends that way.
 */
export function stopSignal(onGiveUp: () => void): AbortSignal {
  const controller = new AbortController();
  const giveUp = () => {
    onGiveUp();
    Deno.exit(1);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => {
      // Otherwise it ends soon anyway. Some senders repeat each signal: timeout
      // sends it to the program and to its group.
      if (controller.signal.aborted && !isWritable(STDOUT)) giveUp();
      controller.abort();
      setTimeout(giveUp, GRACE_MS);
    });
  }
  return controller.signal;
}
