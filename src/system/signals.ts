/**
 * SIGINT and SIGTERM (SPEC section 8).
 *
 * @module
 */

import { isWritable, STDOUT } from "./poll.ts";

/** How long the event in hand may take once a signal came, in milliseconds. */
const GRACE = 5000;

/**
 * Aborts on SIGINT and SIGTERM. Where stdout takes nothing, so that the event in
 * hand cannot be written, a second signal or the end of the grace period ends
 * the program at once.
 *
 * @param tell Is called before the program ends so.
 */
export function stopSignal(tell: () => void): AbortSignal {
  const controller = new AbortController();
  const giveUp = () => {
    tell();
    Deno.exit(1);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => {
      // Else it ends in a moment. Some send each signal twice: timeout does, to
      // the program and to its group.
      if (controller.signal.aborted && !isWritable(STDOUT)) giveUp();
      controller.abort();
      setTimeout(giveUp, GRACE);
    });
  }
  return controller.signal;
}
