/**
 * Lines too long for memory, written to the program in pieces.
 *
 * @module
 */

import { assertEquals, assertLess } from "@std/assert";
import { records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { GOOD } from "./hostile.ts";
import { run, Running } from "./program.ts";

/** A line with a given beginning and end, filled up in between. */
export interface LongLine {
  begin: string;
  /** The text that is repeated. */
  fill: string;
  end: string;
  /** The reason why it is rejected; `null` if it is ignored. */
  reason: RegExp | null;
  /** The maximum memory for it in megabytes; the limit of a line is 67 of them. */
  cost: number;
}

/** The limit of a line, and more than that for garbage that is not collected yet. */
const COST = 180;

const NAMED = '"event":"turn.user_message"';

/** The kinds of lines over the limit, by when the program can classify them. */
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
  "with the name of a turn event after the limit": {
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
 * Lines below the limit with very many JSON values: memory in proportion to
 * their number, or quadratic time, would be too much.
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
 * Writes a long line and then a prompt to the program, and asserts that the
 * prompt is read, that the line is ignored, or rejected and kept byte for byte,
 * and that memory is bounded, however long the line is.
 */
export async function assertBoundedMemory(
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
  const messages = stderr.split("\n").slice(0, -1);
  assertEquals(
    messages.map((text) => line.reason?.test(text) ?? false),
    line.reason === null ? [] : [true],
    stderr,
  );
  await assertKept(dead, line, piece, megabytes);
  assertLess(peak, usual + line.cost);
}

/** Asserts that a file contains only this line, or is empty if the line is ignored. */
async function assertKept(
  path: string,
  { begin, end, reason }: LongLine,
  piece: string,
  megabytes: number,
): Promise<void> {
  if (reason === null) return assertEquals(Deno.statSync(path).size, 0);
  using dir = new TempDir();
  const script = `{ printf %s "$BEGIN"; cat "$@"
    printf '%s\\n' "$END"; } | cmp - "$DEAD"`;
  const env = { BEGIN: begin, END: end, DEAD: path };
  const pieces = Array(megabytes).fill(dir.write("piece", piece));
  const compared = await run(["bash", "-c", script, "bash", ...pieces], {
    env,
  });
  assertEquals(compared, { code: 0, stdout: "", stderr: "" });
}

/** The peak memory of a process so far. */
async function peakMegabytes(pid: number): Promise<number> {
  // Deno may not open files below /proc without all permissions.
  const { stdout } = await run(["cat", `/proc/${pid}/status`]);
  return +/VmHWM:\s*(\d+) kB/.exec(stdout)![1] * 1024 / MEGABYTE;
}

let measured: Promise<number> | undefined;

/** The peak memory of the program on a log of one short line. */
function usualMegabytes(): Promise<number> {
  return measured ??= measureUsual();
}

async function measureUsual(): Promise<number> {
  using dir = new TempDir();
  await using program = Running.start(["--db", dir.file("turns.db")]);
  await program.write(GOOD + "\n");
  await program.line();
  return await peakMegabytes(program.pid);
}
