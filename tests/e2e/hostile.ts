/**
 * Hostile logs in front of the program, and what comes of them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Bytes } from "../support/bytes.ts";
import { trial } from "../fuzz/trial.ts";
import { records } from "../support/database.ts";
import { envelope, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { COMMAND, turnCounter } from "./program.ts";

/** What came of a log. */
export interface Read {
  /** The text of each prompt. */
  prompts: unknown[];
  /** The number of each rejected line, and why. */
  rejected: string[];
  /** The dead-letter file, a character a byte. */
  dead: string;
}

/** Reads a log, which never ends the program. */
export async function read(
  log: string | Bytes,
  args: string[] = [],
): Promise<Read> {
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

/** Holds a log against the oracle, as a file and through a pipe. */
export async function assertHeld(
  log: Bytes,
  maxLineBytes: number | null = null,
) {
  assertEquals(await trial(COMMAND, { log, maxLineBytes }), []);
}

/** The line of a prompt in which some members are other ones. */
export function lineWith(
  text: string,
  changes: Record<string, unknown> = {},
): string {
  return JSON.stringify({ ...envelope(prompt({ text })), ...changes });
}

/** The line of a prompt with a member of which the JSON is as given. */
export function lineWithRaw(text: string, key: string, json: string): string {
  return lineWith(text, { [key]: "RAW" }).replace('"RAW"', () => json);
}

/** A prompt that is as it should be; its text is `good`. */
export const GOOD = lineWith("good");
