/**
 * JSON that anybody may have written.
 *
 * @module
 */

/** A JSON object. */
export type Json = Record<string, unknown>;

/**
 * How many values a text may hold to be read. Each costs far more memory than its
 * text, and all together time in the square of their number; no event has a
 * thousandth of it.
 */
export const MOST_VALUES = 1_000_000;

const QUOTE = 34;
const COMMA = 44;
const OPENING_BRACKET = 91;
const BACKSLASH = 92;
const OPENING_BRACE = 123;

/**
 * The value of a text; `undefined`, as which no JSON text is read, where it is
 * not JSON or {@linkcode holdsTooMuch}.
 */
export function parseJson(text: string): unknown {
  if (holdsTooMuch(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a text, if it is JSON, holds more than {@linkcode MOST_VALUES}. */
export function holdsTooMuch(text: string): boolean {
  if (text.length <= MOST_VALUES) return false;
  let values = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) inString = !inString;
    else if (inString) {
      if (code === BACKSLASH) i++;
    } else if (
      code === COMMA || code === OPENING_BRACKET || code === OPENING_BRACE
    ) values++;
  }
  return values > MOST_VALUES;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
