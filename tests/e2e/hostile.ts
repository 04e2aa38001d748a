/**
 * Runs the program on hostile logs.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import type { Bytes } from "../support/bytes.ts";
import { trial } from "../fuzz/trial.ts";
import { records } from "../support/database.ts";
import { envelope, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { COMMAND, turnCounter } from "./program.ts";

/** The result of reading a log. */
export interface Result {
  /** The text of each prompt. */
  prompts: unknown[];
  /** The number of each rejected line, with the reason. */
  rejected: string[];
  /** The dead-letter file, one character for each byte. */
  dead: string;
}

/** Reads a log, and asserts that the exit code is 0. */
export async function read(
  log: string | Bytes,
  args: string[] = [],
): Promise<Result> {
  using dir = new TempDir();
  const [db, dead] = [dir.file("turns.db"), dir.file("dead")];
  const source = dir.write("log", log);
  const ended = await turnCounter([
    ...["--source", source, "--db", db, "--dead-letter", dead],
    ...args,
  ]);
  assertEquals(ended.code, 0, ended.stderr);
  return {
    prompts: records(db).map(({ user_text }) => user_text),
    rejected: ended.stderr.split("\n").slice(0, -1).map((line) =>
      line.replace("turn-counter: line ", "")
        .replace(` of ${source} rejected`, "")
    ),
    dead: new TextDecoder("latin1").decode(Deno.readFileSync(dead)),
  };
}

/** Asserts that the program reports a log in which no line is recognised (SPEC 7). */
export async function assertUnrecognised(log: string | Bytes) {
  using dir = new TempDir();
  const [db, dead] = [dir.file("turns.db"), dir.file("dead")];
  const source = dir.write("log", log);
  const args = ["--source", source, "--db", db, "--dead-letter", dead];
  const { code, stdout, stderr } = await turnCounter(args);
  assertEquals([code, stdout, records(db)], [1, "", []]);
  assertMatch(stderr, /^turn-counter: no line of ".*" was recognised;.*\n$/);
  assertEquals(Deno.readTextFileSync(dead), "");
}

/** Asserts that the program agrees with the oracle on a log, as a file and as a pipe. */
export async function assertAgreesWithOracle(
  log: Bytes,
  maxLineBytes: number | null = null,
) {
  assertEquals(await trial(COMMAND, { log, maxLineBytes }), []);
}

/** The line of a prompt with some members changed. */
export function lineWith(
  text: string,
  changes: Record<string, unknown> = {},
): string {
  return JSON.stringify({ ...envelope(prompt({ text })), ...changes });
}

/** The line of a prompt with a member of the given JSON. */
export function lineWithRaw(text: string, key: string, json: string): string {
  return lineWith(text, { [key]: "RAW" }).replace('"RAW"', () => json);
}

/** A valid prompt with the text `good`. */
export const GOOD = lineWith("good");
