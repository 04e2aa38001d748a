/**
 * Warnings about files that cannot be read for a while.
 *
 * @module
 */

import { reasonOf } from "../source.ts";

/** Reports each problem once, however often it is met. */
export class WarnOnce {
  #report: (message: string) => void;
  #reported = new Set<string>();

  /** @param report Shows a message to people. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Reports a message, unless that was done before. */
  warn(message: string): void {
    if (this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#report(message);
  }

  /**
   * Reports that the system refused something, as to open a file.
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

/** Whether an error is one that the system gave. */
export function isSystemError(error: unknown): error is Error {
  // Those that the runtime has no name for, as a stale file handle, lack a code.
  return error instanceof Error &&
    ("code" in error || / \(os error \d+\)/.test(error.message));
}
