/**
 * What the program says when it fails (SPEC section 8).
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Ended } from "./program.ts";

/** One sentence on stderr with these words in it, and nothing on stdout. */
export function assertTold(
  { code, stdout, stderr }: Ended,
  expected: number,
  ...words: string[]
): void {
  assertEquals([code, stdout], [expected, ""], stderr);
  // Behind what is wrong it says what to do.
  assertSentence(stderr, "; ", ...words);
}

/** One sentence of the program with these words in it, and nothing else. */
export function assertSentence(stderr: string, ...words: string[]): void {
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.length, 1, stderr);
  assert(lines[0].startsWith("turn-counter: "), stderr);
  for (const word of words) assertStringIncludes(stderr, word);
}
