/**
 * The errors that end a run, each with one sentence for the person who started
 * the program (SPEC section 8).
 *
 * @module
 */

/** A mistake in the command line: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A failure outside the program, such as a full disk: exit code 1. */
export class Failure extends Error {
  override name = "Failure";
}

/** The reader of stdout closed it, as `head` does: exit code 0. */
export class ReaderGone extends Error {
  override name = "ReaderGone";
}

/** A signal came before there was anything to finish: exit code 0. */
export class Stopped extends Error {
  override name = "Stopped";
}

/**
 * The message of anything thrown, without a stack trace. The name of a failed
 * system call and its path, which follow the reason, are left out.
 */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*/s, "");
}
