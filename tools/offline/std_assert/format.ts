/**
 * Values as text, for the messages of assertions.
 *
 * @module
 */

/** A value as code, one member per line, sorted. */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    compact: false,
    depth: Infinity,
    getters: true,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  });
}

/** A value as code, short enough for a sentence. */
export function inline(value: unknown): string {
  return Deno.inspect(value, { strAbbreviateSize: 1000 });
}
