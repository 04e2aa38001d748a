/**
 * SIGINT and SIGTERM (SPEC section 8).
 *
 * @module
 */

/** How long the events in hand may take after a signal, in milliseconds. */
const GRACE_MS = 5000;

/**
 * Aborts on SIGINT and SIGTERM. If the events in hand cannot be committed and
 * written, a second signal or the end of the grace period ends the program at
 * once.
 *
 * @param isBlocked Whether the events wait for something that may never come.
 * @param onGiveUp Called before the program ends that way.
 */
export function stopSignal(
  isBlocked: () => boolean,
  onGiveUp: () => void,
): AbortSignal {
  const controller = new AbortController();
  const giveUp = () => {
    onGiveUp();
    Deno.exit(1);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => {
      // Otherwise it ends soon anyway. Some senders repeat each signal: timeout
      // sends it to the program and to its group.
      if (controller.signal.aborted && isBlocked()) giveUp();
      controller.abort();
      setTimeout(giveUp, GRACE_MS);
    });
  }
  return controller.signal;
}
