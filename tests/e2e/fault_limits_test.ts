import { assert, assertEquals, assertMatch } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { agentEvents } from "../support/random_log.ts";
import {
  appliedEvents,
  contents,
  fold,
  query,
  records,
} from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { compiledTest, limitTest } from "./machine.ts";
import {
  COMMAND,
  type Exit,
  run,
  Running,
  shell,
  turnCounter,
  until,
} from "./program.ts";
import { assertMessage } from "./messages.ts";

const EVENTS = agentEvents(new Random(1), 900).filter(({ pid }) => pid !== 77);
/** Enough events that SQLite needs temporary files for some statements. */
const MANY = agentEvents(new Random(1), 2000).filter(({ pid }) => pid !== 77);
const HALF = EVENTS.slice(0, 400);

/** A shell adds this to the number of a signal that killed a program. */
const KILLED = 128;

/** Creates a log, a database of its first half, and one of the whole. */
async function prepare(dir: TempDir): Promise<void> {
  const half = dir.write("half.jsonl", logOf(HALF));
  const whole = dir.write("whole.jsonl", logOf(EVENTS));
  for (const log of [half, whole]) {
    const db = log.replace("jsonl", "db");
    await turnCounter(["--source", log, "--db", db, "--synchronous", "off"]);
  }
}

/**
 * Reads the log under a ulimit into the database with its first half. Either all
 * events are applied, or the exit code is not 0 and the database is unchanged.
 */
async function succeedsUnder(dir: TempDir, limit: string): Promise<boolean> {
  const [db, out] = [dir.file("turns.db"), dir.file("out")];
  Deno.copyFileSync(dir.file("half.db"), db);
  const { code, stderr } = await shell(
    `ulimit -c 0; ulimit ${limit}
    exec "$@" --source "$LOG" --db "$DB" --synchronous off >"$OUT"`,
    { LOG: dir.file("whole.jsonl"), DB: db, OUT: out },
  );
  const message = `under ulimit ${limit}, code ${code}: ${stderr}`;
  assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]], message);
  const expected = dir.file(code === 0 ? "whole.db" : "half.db");
  assertEquals(contents(db), contents(expected), message);
  if (code === 0) return true;
  assertEquals(Deno.statSync(out).size, 0, message);
  // If the JavaScript engine itself cannot start, it prints its own message.
  if (code < KILLED && /turn-counter:/.test(stderr)) assertMessage(stderr);
  assert(!stderr.includes("Uncaught"), message);
  return false;
}

compiledTest(
  "SPEC 8: a start with too few file descriptors changes nothing and prints a sentence",
  async () => {
    using dir = new TempDir();
    await prepare(dir);
    const works = [];
    for (const count of [4, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 26]) {
      works.push(await succeedsUnder(dir, `-n ${count}`));
    }
    // It fails below some count and works from there.
    assert(!works[0] && works.at(-1));
    assertEquals(works, [...works].sort());
  },
);

compiledTest(
  "SPEC 8: a start with too little address space changes nothing",
  async () => {
    using dir = new TempDir();
    await prepare(dir);
    const works = [];
    // The JavaScript engine reserves much more than it uses.
    for (const gigabytes of [0.05, 0.5, 4, 34, 66, 68, 96]) {
      works.push(
        await succeedsUnder(dir, `-v ${Math.round(gigabytes * 2 ** 20)}`),
      );
    }
    assert(!works[0] && works.at(-1));
    assertEquals(works, [...works].sort());
  },
);

compiledTest(
  "SPEC 8: a follower that starts with too few file descriptors names the limit",
  async () => {
    using dir = new TempDir();
    const log = dir.write("log.jsonl", logOf(HALF));
    const messages: string[] = [];
    for (let count = 12; count < 24; count++) {
      const err = dir.write(`${count}.err`, "");
      const args = ["--source", log, "--follow", "--db", `${err}.db`];
      const script = `ulimit -c 0; ulimit -n ${count}; exec "$@" 2>"$0"`;
      await using program = new Running(
        ["bash", "-c", script, err, ...COMMAND, ...args],
      );
      // It emits a record, ends, or retries.
      let line: string | undefined | null = null;
      program.line().then((first) => line = first);
      const isWaiting = () => Deno.readTextFileSync(err).includes("retrying");
      await until(() => line !== null || isWaiting(), "a reaction");
      if (line !== undefined) program.kill("SIGTERM");
      const { code } = await program.exit();
      const stderr = Deno.readTextFileSync(err);
      // If the JavaScript engine itself cannot start, it prints its own message.
      if (!stderr.startsWith("turn-counter:")) continue;
      assertMessage(stderr, "; ");
      assert(!stderr.includes("defect"), `with ${count}: ${stderr}`);
      if (code === 1) assertMatch(stderr, /ulimit -n/, `with ${count}`);
      messages.push(stderr);
    }
    assert(
      messages.some((text) => text.includes("database")),
      messages.join(""),
    );
  },
);

limitTest(
  "SPEC 4: a running program needs no further file descriptors",
  async () => {
    using dir = new TempDir();
    const [db, out] = [dir.file("turns.db"), dir.write("out", "")];
    const script = 'out=$0; exec "$@" --synchronous off >"$out"';
    await using program = new Running(
      ["sh", "-c", script, out, ...COMMAND, "--db", db],
    );
    await program.write(logOf(MANY.slice(0, 1)));
    await until(() => Deno.statSync(out).size > 0, "a record");
    await run(["prlimit", `--pid=${program.pid}`, "--nofile=1:"]);
    await program.write(logOf(MANY.slice(1)));
    assertEquals(await program.end(), { code: 0, signal: null, stderr: "" });
    assertEquals(appliedEvents(db), MANY.length);
    assertEquals(fold(Deno.readTextFileSync(out)), records(db));
  },
);

limitTest(
  "SPEC 4: a running program without further address space loses no commit",
  async () => {
    using dir = new TempDir();
    const [db, out] = [dir.file("turns.db"), dir.write("out", "")];
    const script = 'ulimit -c 0; out=$0; exec "$@" >"$out"';
    await using program = new Running(
      ["sh", "-c", script, out, ...COMMAND, "--db", db],
    );
    await program.write(logOf(HALF));
    await until(() => appliedEvents(db) === HALF.length, "half of the log");
    const { pid } = program;
    const { stdout } = await run(["cat", `/proc/${pid}/status`]);
    const size = 1024 * +/VmSize:\s+(\d+) kB/.exec(stdout)![1];
    await run(["prlimit", `--pid=${pid}`, `--as=${size}:`]);
    // More than the JavaScript engine has reserved, so that it fails.
    const huge = prompt({ t: at(1e6), text: "x".repeat(60e6) });
    await program.write(logOf([huge])).catch(() => {});
    const { code } = await program.end();
    assert(code !== 0);
    assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]]);
    assertEquals(appliedEvents(db), HALF.length);
    assertEquals(fold(Deno.readTextFileSync(out)), records(db));
  },
);

limitTest(
  "SPEC 7: a follower without a file descriptor for the next file reports it, loses nothing",
  async () => {
    using dir = new TempDir();
    await prepare(dir);
    const db = dir.file("turns.db");
    const log = dir.write("log.jsonl", logOf(HALF));
    const args = ["--source", log, "--follow", "--db", db];
    const [out, err] = [dir.write("out", ""), dir.write("err", "")];
    const script = 'exec "$@" --synchronous off >"$0/out" 2>"$0/err"';
    const start = () =>
      new Running(["sh", "-c", script, dir.path, ...COMMAND, ...args]);
    const isRead = (events: TurnEvent[]) => () =>
      appliedEvents(db) === events.length;

    await using program = start();
    await until(isRead(HALF), "the first file");
    const limit = (soft: string) =>
      run(["prlimit", `--pid=${program.pid}`, `--nofile=${soft}:`]);
    await limit("1");
    Deno.renameSync(log, `${log}.1`);
    Deno.writeTextFileSync(log, logOf(EVENTS.slice(HALF.length)));
    await until(() => Deno.statSync(err).size > 0, "a sentence");
    assertMessage(Deno.readTextFileSync(err), "Too many open files", "; ");
    assert(!Deno.readTextFileSync(err).includes("defect"));

    // It may retry, or end.
    let exit: Exit | undefined;
    const exited = program.exit().then((value) => exit = value);
    await limit("100");
    await until(() => exit !== undefined || isRead(EVENTS)(), "a reaction");
    if (exit === undefined) {
      program.kill("SIGTERM");
      assertEquals((await exited).code, 0);
    } else {
      assertEquals(exit.code, 1);
      await using again = start();
      await until(isRead(EVENTS), "the second file");
      again.kill("SIGTERM");
      assertEquals((await again.exit()).code, 0);
    }
    assertEquals(contents(db), contents(dir.file("whole.db")));
    assert(Deno.statSync(out).size > 0);
  },
);
