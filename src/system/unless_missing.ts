/**
 * Calls that concern files which may not exist.
 *
 * @module
 */

/**
 * The result of a call, or `undefined` if the file does not exist.
 *
 * @throws Whatever else the call throws.
 */
export function unlessMissing<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
