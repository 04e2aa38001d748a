/**
 * Pauses: so that a program which works without one receives signals, and a
 * retry does not follow at once.
 *
 * @module
 */

/** How long signals may be left unhandled, in milliseconds. */
const LIMIT_MS = 100;

/** How long to wait before a stream that would block is retried, in milliseconds. */
const RETRY_MS = 5;

/** Waits while the event loop runs. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits while nothing else runs. */
export function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

let last = performance.now();

/**
 * To be awaited in every round of a loop that may not wait for anything else:
 * lets signal handlers and timers run, if they have not for a while.
 */
export function letEventsRun(): Promise<void> | undefined {
  if (performance.now() - last < LIMIT_MS) return undefined;
  return new Promise((resolve) =>
    // Only timers make every version of Deno look for signals.
    setTimeout(() => {
      last = performance.now();
      resolve();
    }, 0)
  );
}

/**
 * The result of a read or a write. It is retried while it would block: another
 * process that shares the stream may have made it non-blocking.
 *
 * @throws Whatever else the call throws.
 */
export async function retryWhileBusy<T>(
  call: () => T | Promise<T>,
): Promise<T> {
  while (true) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await delay(RETRY_MS);
    }
  }
}
