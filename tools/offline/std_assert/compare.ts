/**
 * Assertions about the order of two values.
 *
 * @module
 */

import { AssertionError } from "./assertion_error.ts";
import { inline } from "./format.ts";

function order(
  holds: boolean,
  actual: unknown,
  relation: string,
  expected: unknown,
  msg?: string,
): void {
  if (holds) return;
  throw new AssertionError(
    msg ?? `Expected ${inline(actual)} ${relation} ${inline(expected)}`,
  );
}

/** Asserts that `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string) {
  order(actual > expected, actual, ">", expected, msg);
}

/** Asserts that `actual` is greater than `expected`, or equal. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string) {
  order(actual >= expected, actual, ">=", expected, msg);
}

/** Asserts that `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string) {
  order(actual < expected, actual, "<", expected, msg);
}

/** Asserts that `actual` is less than `expected`, or equal. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string) {
  order(actual <= expected, actual, "<=", expected, msg);
}
