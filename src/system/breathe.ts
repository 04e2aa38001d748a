/**
 * Pauses: that a program which works without one may hear signals, and that
 * one which has to try again may not do so at once.
 *
 * @module
 */

/** How long signals may go unheard, in milliseconds. */
const LIMIT = 100;

/** How long to wait where a stream asks to be tried again, in milliseconds. */
const PAUSE = 5;

let last = performance.now();

/**
 * To be awaited in every round of a loop that may never wait for anything
 * else: gives signals and timers their turn, where they had none for a while.
 */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - last < LIMIT) return undefined;
  return new Promise((resolve) =>
    // Only timers let every version of Deno look for signals.
    setTimeout(() => {
      last = performance.now();
      resolve();
    }, 0)
  );
}

/**
 * The value of an input or output, or `undefined` where it has to be tried
 * again, after a pause: whoever else has the stream may have made it one that
 * never waits.
 *
 * @throws Whatever else the call throws.
 */
export async function unlessBusy<T>(
  call: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    return undefined;
  }
}
