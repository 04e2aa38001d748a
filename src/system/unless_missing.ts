/**
 * Looking at files that may not be there.
 *
 * @module
 */

/**
 * What a look at a file gives, or `undefined` where there is no such file.
 *
 * @throws Whatever else the look throws.
 */
export function unlessMissing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
