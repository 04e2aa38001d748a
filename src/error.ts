/**
 * The two ways in which a run can end badly (SPEC section 8), each with one
 * sentence for the person who started it.
 *
 * @module
 */

/** The command line asks for something that cannot be done: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Something outside the program stopped it, as a full disk does: exit code 1. */
export class Failure extends Error {
  override name = "Failure";
}

/** Whoever read stdout has gone away, which is no failure: exit code 0. */
export class ReaderGone extends Error {
  override name = "ReaderGone";
}

/**
 * The text of anything thrown, without its stack. Where the system refused a
 * call, what follows its reason is left out: the call and the path.
 */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*/s, "");
}
