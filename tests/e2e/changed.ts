/**
 * Runs the program while its database files are changed.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { at, logOf, prompt } from "../support/envelope.ts";
import type { TempDir } from "../support/temp.ts";
import { Running } from "./program.ts";

/** The event before the change. */
export const FIRST = prompt({ text: "first" });
/** The event after it. */
export const SECOND = prompt({ text: "second", t: at(5) });
/** An event of another session. */
export const OTHER = prompt({ text: "other", sid: "other" });

/**
 * Runs the program on one event, changes the files, and writes another event, at
 * which the program must fail.
 *
 * @returns Its stderr.
 */
export async function change(
  dir: TempDir,
  args: string[],
  work: (db: string) => unknown,
): Promise<string> {
  const db = dir.file("turns.db");
  const log = dir.write("log.jsonl", logOf([FIRST]));
  const follows = args.includes("--follow");
  const source = follows ? ["--source", log] : [];
  await using program = Running.start([...args, ...source, "--db", db]);
  if (!follows) await program.write(logOf([FIRST]));
  await program.line();
  await work(db);
  if (follows) {
    Deno.writeTextFileSync(log, logOf([SECOND]), { append: true });
  } else await program.write(logOf([SECOND]));
  // An event that is not committed is not emitted.
  assertEquals(await program.line(), undefined);
  const { code, stderr } = await program.exit();
  assertEquals(code, 1, stderr);
  return stderr;
}
