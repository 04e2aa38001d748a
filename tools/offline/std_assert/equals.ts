/**
 * Assertions about the equality of two values.
 *
 * @module
 */

import { AssertionError, reject } from "./assertion_error.ts";
import { diff } from "./diff.ts";
import { equal } from "./equal.ts";
import { format, inline } from "./format.ts";

/** Throws with a diff of both values: of texts, or of the values as code. */
function differ(
  what: string,
  actual: unknown,
  expected: unknown,
  msg?: string,
): never {
  const text = typeof actual === "string" && typeof expected === "string" &&
    (actual.includes("\n") || expected.includes("\n"));
  const lines = text
    ? diff(actual.split("\n"), expected.split("\n"))
    : diff(format(actual).split("\n"), format(expected).split("\n"));
  throw new AssertionError(
    `${what}${msg ? `: ${msg}` : ""} (- actual, + expected)\n\n${lines}\n`,
  );
}

/**
 * Asserts that two values have the same structure. `NaN` equals itself, `-0`
 * equals `0`, and a member that is `undefined` differs from one that is missing.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string) {
  if (equal(actual, expected)) return;
  differ("Values are not equal", actual, expected, msg);
}

/** Asserts that two values do not have the same structure. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string) {
  if (!equal(actual, expected)) return;
  reject(`Expected a value that does not equal ${inline(expected)}`, msg);
}

/** Asserts that two values are the same, in the sense of `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const what = format(actual) === format(expected)
    ? "Values look the same, but are not identical"
    : "Values are not the same";
  differ(what, actual, expected, msg);
}
