/**
 * Stand-in for `@std/assert`, for machines that cannot reach JSR: the
 * assertions that this project's tests use.
 *
 * @module
 */

export { AssertionError } from "./assertion_error.ts";
export { assert, assertExists, assertInstanceOf, fail } from "./basic.ts";
export {
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./compare.ts";
export { assertEquals, assertNotEquals, assertStrictEquals } from "./equals.ts";
export { assertRejects, assertThrows } from "./throws.ts";
export { assertMatch, assertStringIncludes } from "./text.ts";
