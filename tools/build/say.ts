/**
 * The messages of the build: one line on stderr for each decision, and one
 * sentence for an error.
 *
 * @module
 */

/** An error that stops the build, with a sentence for the person who started it. */
export class BuildError extends Error {
  override name = "BuildError";
}

/** Prints a decision of the build, with its reason. */
export function say(message: string): void {
  console.error(`turn-counter build: ${message}`);
}

/** The message of anything thrown, without the URL that `fetch` repeats. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error sending request for url \(\S*\): /, "");
}

/**
 * Reports that the build uses something else than a release does.
 *
 * @throws {BuildError} If `TURN_COUNTER_NO_FALLBACK` is set, as in a release and
 * in CI on the real packages.
 */
export function fallBack(message: string): void {
  if (Deno.env.get("TURN_COUNTER_NO_FALLBACK")) {
    throw new BuildError(
      `Cannot fall back while TURN_COUNTER_NO_FALLBACK is set: ${message}`,
    );
  }
  say(message);
}
