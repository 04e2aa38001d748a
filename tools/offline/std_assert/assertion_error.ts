/**
 * What a failed assertion throws.
 *
 * @module
 */

/** Thrown where an assertion does not hold. */
export class AssertionError extends Error {
  /** Constructs the error of an assertion. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/**
 * Throws the error of an assertion, its message ended by the caller's own, if
 * there is one.
 */
export function reject(message: string, own?: string): never {
  throw new AssertionError(own ? `${message}: ${own}` : `${message}.`);
}
