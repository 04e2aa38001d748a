/**
 * Runs the program on a log, and compares all it writes with the oracle.
 *
 * @module
 */

import { fold, query, records } from "../support/database.ts";
import { type Ended, run, TooLong } from "../support/process.ts";
import { TempDir } from "../support/temp.ts";
import { Random } from "../../tools/gen_log/random.ts";
import type { Bytes } from "../support/bytes.ts";
import type { HostileLog } from "./hostile_log.ts";
import { Oracle, type Run } from "../support/oracle/oracle.ts";

/** About how many pieces the log comes in on a pipe. */
const PIECES = 200;

/** One run of the program. */
interface Reading {
  /** What it calls the log. */
  name: string;
  args: string[];
  stdin: Bytes[];
  emit?: "turns" | "events";
  db: string;
  /** What the database has been through. */
  oracle: Oracle;
}

/**
 * Reads a log twice into one database, first as a file, then through a pipe, and
 * passes its events on into another.
 *
 * @param command The program.
 * @returns How the program differs from the oracle; nothing where it does not.
 */
export async function trial(
  command: readonly string[],
  { log, maxLineBytes }: HostileLog,
): Promise<string[]> {
  using dir = new TempDir();
  const source = dir.write("log", log);
  const [deadLetter, db] = [dir.file("dead"), dir.file("turns.db")];
  const args = ["--synchronous", "off", "--dead-letter", deadLetter];
  if (maxLineBytes !== null) args.push("--max-line-bytes", `${maxLineBytes}`);
  const pipe = { name: "stdin", args: [], stdin: oddPieces(log) };
  const database = { db, oracle: new Oracle({ maxLineBytes }) };
  const other = {
    db: dir.file("events.db"),
    oracle: new Oracle({ maxLineBytes }),
  };
  const runs: Reading[] = [
    { name: source, args: ["--source", source], stdin: [], ...database },
    { ...pipe, ...database },
    { ...pipe, ...other, emit: "events" },
  ];
  const differences: string[] = [];
  let deadBefore = 0;
  for (const { name, args: own, stdin, emit = "turns", db, oracle } of runs) {
    const words = [...args, ...own, "--db", db, "--emit", emit];
    const ended = await run([...command, ...words], { stdin }).catch(endless);
    if (ended === null) return [...differences, `${name}: it does not end`];
    const dead = readIfThere(deadLetter);
    const expected = oracle.run(log, name, emit);
    const found = [
      ...differencesOfStreams(ended, expected, oracle.records().length),
      ...differenceOfBytes(
        "the dead-letter file",
        dead.subarray(deadBefore),
        expected.deadLetter,
      ),
      ...differencesOfRows(db, oracle, emit === "turns" ? ended.stdout : null),
    ];
    differences.push(
      ...found.map((it) => `${name}, ${emit}: ${it}`),
    );
    deadBefore = dead.length;
  }
  return differences;
}

/** `null` for a program that had to be killed. */
function endless(error: unknown): null {
  if (error instanceof TooLong) return null;
  throw error;
}

const UNRECOGNISED = /^turn-counter: no line of ".+" was recognised;/;

function oddPieces(log: Bytes): Bytes[] {
  const random = new Random(log.length);
  const most = Math.ceil(2 * log.length / PIECES);
  const pieces: Bytes[] = [];
  for (let at = 0; at < log.length;) {
    const size = random.between(1, most);
    pieces.push(log.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function* differencesOfStreams(
  { code, stdout, stderr }: Ended,
  expected: Run,
  turns: number,
): Generator<string> {
  const lines = stderr.split("\n");
  const rejected = /^turn-counter: (line \d+ of .+) rejected: /;
  // SPEC section 7: no line was recognised, so that none was used or rejected.
  const unknown = lines.filter((line) => UNRECOGNISED.test(line));
  if (code !== (unknown.length > 0 ? 1 : 0)) yield `it ends with code ${code}`;
  if (unknown.length > 0 && turns + expected.rejected.length > 0) {
    yield "it recognises no line of a log that it uses";
  }
  // Any other line reports a rejected one: there is no room for a stack trace.
  const others = lines.filter((line) =>
    !rejected.test(line) && !UNRECOGNISED.test(line)
  );
  if (others.join() !== "") yield `it says ${JSON.stringify(others)}`;
  const places = lines.map((line) => rejected.exec(line)?.[1])
    .filter((place) => place !== undefined);
  yield* differenceOf("rejected lines", places, expected.rejected);
  yield* differenceOf(
    "stdout",
    stdout.split("\n"),
    expected.stdout.split("\n"),
  );
}

/** @param stdout The records on it; `null` where it has events. */
function* differencesOfRows(
  db: string,
  oracle: Oracle,
  stdout: string | null,
): Generator<string> {
  try {
    yield* compareRows(db, oracle, stdout);
  } catch (error) {
    yield `the database cannot be read, or stdout: ${error}`;
  }
}

function* compareRows(
  db: string,
  oracle: Oracle,
  stdout: string | null,
): Generator<string> {
  const rows = records(db);
  yield* differenceOf("the table turns", rows, oracle.records());
  const hashes = query(
    db,
    "SELECT dedup_hash FROM turns ORDER BY turn_id_glob",
  );
  yield* differenceOf("the hashes", hashes.flat(), oracle.hashes());
  // Each run emits a record for each event, and so for each row.
  if (stdout === null) return;
  yield* differenceOf("what stdout folds to", fold(stdout), rows);
}

/** Where two lists first differ. */
function* differenceOf(
  what: string,
  actual: readonly unknown[],
  expected: readonly unknown[],
): Generator<string> {
  const length = Math.max(actual.length, expected.length);
  for (let i = 0; i < length; i++) {
    const [is, ought] = [actual[i], expected[i]].map(text);
    if (is === ought) continue;
    yield `${what}, item ${i + 1}: is ${cut(is)}, should be ${cut(ought)}`;
    return;
  }
}

function* differenceOfBytes(
  what: string,
  actual: Bytes,
  expected: Bytes,
): Generator<string> {
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  if (at < 0 && actual.length === expected.length) return;
  const first = at < 0 ? actual.length : at;
  const [is, ought] = [actual, expected].map((bytes) =>
    cut(JSON.stringify(latin1.decode(bytes.subarray(first))))
  );
  yield `${what}, byte ${first} of it: is ${is}, should be ${ought}`;
}

const latin1 = new TextDecoder("latin1");

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function cut(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** What a file holds; nothing where it is not there. */
function readIfThere(path: string): Bytes {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}
