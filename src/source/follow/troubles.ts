/**
 * Troubles with files that may pass by themselves.
 *
 * @module
 */

import { reasonOf } from "../source.ts";

/** Tells of each trouble once, however often it is met. */
export class Troubles {
  #tell: (message: string) => void;
  #told = new Set<string>();

  /** @param tell Is told what a person may want to know. */
  constructor(tell: (message: string) => void) {
    this.#tell = tell;
  }

  /**
   * Tells that the system refused something, as to open a file.
   *
   * @throws Any other error.
   */
  meet(path: string, error: unknown): void {
    if (!isSystemError(error)) throw error;
    const message = `cannot read ${JSON.stringify(path)}: ${
      reasonOf(error)
    }; it is tried again now and then`;
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#tell(message);
  }
}

/** Whether an error is one that the system gave. */
export function isSystemError(error: unknown): error is Error {
  // Those that the runtime has no name for, as a stale file handle, lack a code.
  return error instanceof Error &&
    ("code" in error || / \(os error \d+\)/.test(error.message));
}
