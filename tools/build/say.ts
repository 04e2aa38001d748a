/**
 * How the build speaks: one line on stderr for each decision, and one sentence
 * for what stops it.
 *
 * @module
 */

/** What stops the build, in a sentence for the person who started it. */
export class BuildError extends Error {
  override name = "BuildError";
}

/** Prints what the build decided, and why. */
export function say(message: string): void {
  console.error(`turn-counter build: ${message}`);
}

/** The message of whatever was thrown, without the address that `fetch` repeats. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error sending request for url \(\S*\): /, "");
}

/**
 * Says that the build makes do with something else than what is released.
 *
 * With `TURN_COUNTER_NO_FALLBACK` set, as in a release and in CI on the real
 * packages, it stops the build instead.
 */
export function fallBack(message: string): void {
  if (Deno.env.get("TURN_COUNTER_NO_FALLBACK")) {
    throw new BuildError(
      `Cannot fall back while TURN_COUNTER_NO_FALLBACK is set: ${message}`,
    );
  }
  say(message);
}
