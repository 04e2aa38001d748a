/**
 * Assertions about text.
 *
 * @module
 */

import { reject } from "./assertion_error.ts";
import { inline } from "./format.ts";

/** Asserts that a regular expression matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string) {
  if (expected.test(actual)) return;
  reject(`Expected ${inline(actual)} to match ${expected}`, msg);
}

/** Asserts that a text contains another. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
) {
  if (actual.includes(expected)) return;
  reject(`Expected ${inline(actual)} to include ${inline(expected)}`, msg);
}
