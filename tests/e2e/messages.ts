/**
 * Assertions about messages of the program (SPEC section 8).
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Ended } from "./program.ts";

/** Asserts an exit code, one sentence on stderr with these words, and no stdout. */
export function assertFails(
  { code, stdout, stderr }: Ended,
  expected: number,
  ...words: string[]
): void {
  assertEquals([code, stdout], [expected, ""], stderr);
  // The remedy follows the cause.
  assertMessage(stderr, "; ", ...words);
}

/** Asserts that stderr is one sentence of the program with these words. */
export function assertMessage(stderr: string, ...words: string[]): void {
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.length, 1, stderr);
  assert(lines[0].startsWith("turn-counter: "), stderr);
  for (const word of words) assertStringIncludes(stderr, word);
}
