/**
 * Lines too long for memory, given to the program piece by piece.
 *
 * @module
 */

import { assertEquals, assertLess } from "@std/assert";
import { records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { GOOD } from "./hostile.ts";
import { run, Running } from "./program.ts";

/** A line that begins and ends as told, and is filled up in between. */
export interface LongLine {
  begin: string;
  /** Written again and again. */
  fill: string;
  end: string;
  /** Why it is rejected; `null` where it is ignored. */
  reason: RegExp | null;
  /** How much memory it may cost, in megabytes; the limit is 67 of them. */
  cost: number;
}

/** The limit, and more than as much again for what waits to be collected. */
const COST = 180;

const NAMED = '"event":"turn.user_message"';

/** The four kinds of lines over the limit, by what is known of them, and when. */
export const LONG_LINES: Record<string, LongLine> = {
  "of another event": {
    begin: '{"event":"turn.exec.end","line":"turn.user_message ',
    fill: "x",
    end: `",${NAMED}}`,
    reason: null,
    cost: 30,
  },
  "of a prompt by its first bytes": {
    begin: `{${NAMED},"line":"`,
    fill: "x",
    end: '"}',
    reason: /longer than 67108864 bytes$/,
    cost: COST,
  },
  "with a name of an event of a turn behind the limit": {
    begin: '{"line":"',
    fill: "x",
    end: `",${NAMED}}`,
    reason: /longer than 67108864 bytes$/,
    cost: COST,
  },
  "without such a name": {
    begin: '{"line":"\\u0041',
    fill: "x",
    end: '","event":"turn.exec.end"}',
    reason: null,
    cost: COST,
  },
};

/**
 * Lines below the limit of which the text says little, and the values much:
 * memory in proportion to these, or time in their square, is too much.
 */
export const DENSE_LINES: Record<string, LongLine> = {
  "of empty objects": {
    begin: `{${NAMED},"extra":[`,
    fill: "{},",
    end: "0]}",
    reason: /rejected/,
    cost: 500,
  },
  "of brackets": {
    begin: `{${NAMED},"extra":`,
    fill: "[",
    end: "",
    reason: /rejected/,
    cost: 500,
  },
};

const MEGABYTE = 1_000_000;

/**
 * Gives the program a long line and a prompt behind it, and holds that the prompt
 * is read, that the line is rejected or not and kept byte for byte, and that it
 * costs no more memory than it may, however long it is.
 */
export async function assertPasses(
  line: LongLine,
  megabytes: number,
): Promise<void> {
  const usual = await usualMegabytes();
  using dir = new TempDir();
  const [db, dead] = [dir.file("turns.db"), dir.file("dead")];
  await using program = Running.start(["--db", db, "--dead-letter", dead]);
  const piece = line.fill.repeat(Math.ceil(MEGABYTE / line.fill.length));
  await program.write(line.begin);
  for (let i = 0; i < megabytes; i++) await program.write(piece);
  await program.write(`${line.end}\n${GOOD}\n`);
  assertEquals(JSON.parse((await program.line())!).user_text, "good");
  const peak = await peakMegabytes(program.pid);
  const { code, stderr } = await program.end();
  assertEquals(code, 0);
  assertEquals(records(db).length, 1);
  const told = stderr.split("\n").slice(0, -1);
  assertEquals(
    told.map((text) => line.reason?.test(text) ?? false),
    line.reason === null ? [] : [true],
    stderr,
  );
  await assertKept(dead, line, piece, megabytes);
  assertLess(peak, usual + line.cost);
}

/** Holds that a file has just this line in it, or nothing if that is ignored. */
async function assertKept(
  path: string,
  { begin, end, reason }: LongLine,
  piece: string,
  megabytes: number,
): Promise<void> {
  if (reason === null) return assertEquals(Deno.statSync(path).size, 0);
  using dir = new TempDir();
  const script = `{ printf %s "$BEGIN"
    for ((i = 0; i < ${megabytes}; i++)); do cat "$PIECE"; done
    printf '%s\\n' "$END"; } | cmp - "$DEAD"`;
  const env = { BEGIN: begin, END: end, DEAD: path };
  const compared = await run(["bash", "-c", script], {
    env: { ...env, PIECE: dir.write("piece", piece) },
  });
  assertEquals(compared, { code: 0, stdout: "", stderr: "" });
}

/** The most memory that a process had, so far. */
async function peakMegabytes(pid: number): Promise<number> {
  // The runtime reads nothing there without all permissions.
  const { stdout } = await run(["cat", `/proc/${pid}/status`]);
  return +/VmHWM:\s*(\d+) kB/.exec(stdout)![1] * 1024 / MEGABYTE;
}

/** The most memory that the program has on a log of one short line. */
async function usualMegabytes(): Promise<number> {
  using dir = new TempDir();
  await using program = Running.start(["--db", dir.file("turns.db")]);
  await program.write(GOOD + "\n");
  await program.line();
  return await peakMegabytes(program.pid);
}
