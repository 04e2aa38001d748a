/**
 * Keeps a program that works without a pause able to hear signals.
 *
 * @module
 */

/** How long signals may go unheard, in milliseconds. */
const LIMIT = 100;

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
