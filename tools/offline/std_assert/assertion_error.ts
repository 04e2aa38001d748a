/**
 * The error of a failed assertion.
 *
 * @module
 */

/** Thrown if an assertion fails. */
export class AssertionError extends Error {
  /** Constructs the error of an assertion. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/**
 * Throws the error of an assertion. The caller's own message is appended, if
 * there is one.
 */
export function reject(message: string, own?: string): never {
  throw new AssertionError(own ? `${message}: ${own}` : `${message}.`);
}
