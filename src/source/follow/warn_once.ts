/**
 * Warns about files that cannot be read at the moment.
 *
 * @module
 */

import { reasonOf } from "../source.ts";

/** Reports each problem once, however often it occurs. */
export class WarnOnce {
  #report: (message: string) => void;
  #reported = new Set<string>();

  /** @param report Shows a message to people. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Reports a message, unless it has been reported before. */
  warn(message: string): void {
    if (this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#report(message);
  }

  /**
   * Reports a refusal of the system, such as to open a file.
   *
   * @throws Any other error.
   */
  cannotRead(path: string, error: unknown): void {
    if (!isSystemError(error)) throw error;
    this.warn(
      `cannot read ${JSON.stringify(path)}: ${
        reasonOf(error)
      }; retrying every second`,
    );
  }
}

/** Whether an error is one of the system. */
export function isSystemError(error: unknown): error is Error {
  // Errors that the runtime has no class for, such as a stale handle, lack a code.
  return error instanceof Error &&
    ("code" in error || / \(os error \d+\)/.test(error.message));
}
