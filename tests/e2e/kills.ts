/**
 * Kills the program at random moments, and compares the database and the stream
 * of each run with the oracle (SPEC section 4).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Random } from "../../tools/gen_log/random.ts";
import { contents, query, records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { type Mode, Runs } from "./runs.ts";
import { COMMAND, turnCounter, within } from "./program.ts";
import { exists, INITIAL_DATABASES, inspect } from "./initial_databases.ts";
import { KillableLog } from "./killable_log.ts";

/** How many events share a commit at most (SPEC section 4). */
const MOST_EVENTS = 256;

/**
 * Kills the program `kills` times while it reads one log, then lets it finish.
 * After each run the database equals the result of a whole number of events, and
 * the run has emitted these events in full, except the last group at most, which
 * a follower emits again. In the end it equals the result of one run.
 */
export async function assertSurvivesKills(
  mode: Mode,
  startName: string,
  kills: number,
  random: Random,
): Promise<void> {
  using dir = new TempDir();
  const start = INITIAL_DATABASES[startName];
  const log = new KillableLog(random, 120 * kills, start.turns);
  const runs = new Runs(dir, mode, random, log);
  await start.create(runs.db);
  const startUp = await startUpTime();
  const synchronous = random.pick(["full", "normal", "off"]);
  let applied = 0;
  /** The number of events that were emitted in full. */
  let emitted = 0;
  /** The event at the checkpoint, where a follower resumes. */
  let resume = 0;

  for (let run = 0; run <= kills; run++) {
    const isLast = run === kills;
    const known = log.lineStarts[applied] ?? log.bytes.length;
    const back = random.chance(0.8) ? random.below(20_000) : 0;
    // Half of the kills are during the start.
    const kill = random.next() * startUp * random.pick([1, 4]);
    const part = {
      from: isLast ? 0 : Math.max(0, known - back),
      to: isLast
        ? log.bytes.length
        : Math.min(log.bytes.length, known + random.below(100_000)),
      ...isLast ? {} : { kill },
      ...random.chance(0.2) && !isLast ? { term: kill - random.below(9) } : {},
    };
    const { killed, stdout, stderr } = await runs.run(part, synchronous);
    assert(killed || isLast || mode !== "follow" || part.term !== undefined);
    for (const line of stderr.split("\n").slice(0, -1)) {
      assert(/^turn-counter: line \d+ of .* rejected: /.test(line), stderr);
    }

    // A follower resumes at its checkpoint, the others at the start of their part.
    const from = mode === "follow" ? resume : log.eventAt(part.from);
    assert(from <= emitted || mode !== "follow", "events were never emitted");
    const before = applied;
    applied = inspect(dir, runs.db, start);
    resume = log.eventAt(checkpointOf(dir.file("copy.db")));
    assert(applied >= before, "committed events are lost");
    const streams = log.streams(from, applied);
    // At most one group is committed and not emitted.
    const sure = killed ? streams.slice(0, -MOST_EVENTS) : streams;
    assert(stdout.startsWith(sure.join("")), "a commit was not emitted");
    assert(streams.join("").startsWith(stdout), "too much was emitted");
    emitted = Math.max(emitted, from + countWhole(streams, stdout));
    if (applied > 0) {
      const rows = records(dir.file("copy.db")).slice(start.turns);
      assertEquals(rows, log.rows());
    }
  }

  assertEquals(applied, log.events.length);
  const once = dir.file("once.db");
  await start.create(once);
  const whole = dir.write("whole.jsonl", log.bytes);
  await turnCounter(["--source", whole, "--db", once, "--synchronous", "off"]);
  assertEquals(contents(runs.db), contents(once));
}

/**
 * Kills the program repeatedly while it creates or upgrades a database. Each
 * time the database is unchanged or upgraded, and the next start has the same
 * result as a start without a kill.
 */
export async function assertSurvivesKillsAtStart(
  startName: string,
  kills: number,
  random: Random,
): Promise<void> {
  using dir = new TempDir();
  const start = INITIAL_DATABASES[startName];
  const log = dir.write("log.jsonl", new KillableLog(random, 20, 0).bytes);
  const [from, db, once] = ["from.db", "killed.db", "once.db"]
    .map((name) => dir.file(name));
  await start.create(from);
  const restore = (path: string) => {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) {
      Deno.removeSync(dir.write(path.slice(dir.path.length + 1) + suffix, ""));
    }
    if (exists(from)) Deno.copyFileSync(from, path);
  };
  restore(once);
  const begin = performance.now();
  await turnCounter(["--db", once]);
  const whole = performance.now() - begin;
  await turnCounter(["--source", log, "--db", once]);

  for (let i = 0; i < kills; i++) {
    restore(db);
    const child = new Deno.Command(COMMAND[0], {
      args: [...COMMAND.slice(1), "--db", db],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    // With an open stdin the program does not end by itself.
    const timer = setTimeout(
      () => child.kill("SIGKILL"),
      whole * (0.2 + random.next()),
    );
    const { signal, stderr } = await within(child.output(), "its end");
    clearTimeout(timer);
    assertEquals(signal, "SIGKILL", new TextDecoder().decode(stderr));
    await child.stdin.close().catch(() => {});
    assertEquals(inspect(dir, db, start), 0);
    const ended = await turnCounter(["--source", log, "--db", db]);
    assertEquals([ended.code, ended.stderr], [0, ""]);
    assertEquals(contents(db), contents(once));
  }
}

/** The number of bytes before the newest checkpoint. */
function checkpointOf(db: string): number {
  const sql =
    "SELECT read_bytes FROM checkpoints ORDER BY file_id DESC LIMIT 1";
  try {
    return query<[number]>(db, sql)[0]?.[0] ?? 0;
  } catch (error) {
    // The database is not created or not upgraded yet.
    if (/no such table|unable to open/.test(String(error))) return 0;
    throw error;
  }
}

/** The number of event streams that the stdout of a run has in full. */
function countWhole(streams: string[], stdout: string): number {
  let end = 0;
  const ends = streams.map((stream) => end += stream.length);
  return ends.filter((end) => end <= stdout.length).length;
}

let measured: Promise<number> | undefined;

/** How long the program takes to start on this machine, in milliseconds. */
function startUpTime(): Promise<number> {
  return measured ??= (async () => {
    const begin = performance.now();
    await turnCounter(["--version"]);
    return 1.5 * (performance.now() - begin);
  })();
}
