/**
 * Kills the program at random moments, and holds what is left of each life
 * against the plain model (SPEC section 4).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Random } from "../../tools/gen_log/random.ts";
import { contents, query, records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { Lives, type Mode } from "./lives.ts";
import { COMMAND, turnCounter, within } from "./program.ts";
import { exists, inspect, STARTS } from "./starts.ts";
import { Story } from "./story.ts";

/** How many events share a commit at most (SPEC section 4). */
const MOST_EVENTS = 256;

/**
 * Kills the program `kills` times while it reads one log, then lets it finish.
 * After each life the database holds what a whole number of events results in,
 * and that life emitted just those, in full, but for the last group at most,
 * which a follower emits again. In the end it holds what one run results in.
 */
export async function assertSurvivesKills(
  mode: Mode,
  startName: string,
  kills: number,
  random: Random,
): Promise<void> {
  using dir = new TempDir();
  const start = STARTS[startName];
  const story = new Story(random, 120 * kills, start.turns);
  const lives = new Lives(dir, mode, random, story);
  await start.create(lives.db);
  const startUp = await startUpTime();
  const synchronous = random.pick(["full", "normal", "off"]);
  let applied = 0;
  /** Up to which event all was emitted in full. */
  let emitted = 0;
  /** The event at the checkpoint, where a follower resumes. */
  let resume = 0;

  for (let life = 0; life <= kills; life++) {
    const isLast = life === kills;
    const known = story.begins[applied] ?? story.bytes.length;
    const back = random.chance(0.8) ? random.below(20_000) : 0;
    // Half of the moments are within the start.
    const kill = random.next() * startUp * random.pick([1, 4]);
    const part = {
      from: isLast ? 0 : Math.max(0, known - back),
      to: isLast
        ? story.bytes.length
        : Math.min(story.bytes.length, known + random.below(100_000)),
      ...isLast ? {} : { kill },
      ...random.chance(0.2) && !isLast ? { term: kill - random.below(9) } : {},
    };
    const { killed, stdout, stderr } = await lives.live(part, synchronous);
    assert(killed || isLast || mode !== "follow" || part.term !== undefined);
    for (const line of stderr.split("\n").slice(0, -1)) {
      assert(/^turn-counter: line \d+ of .* rejected: /.test(line), stderr);
    }

    // A follower resumes at its checkpoint, the others where their part begins.
    const from = mode === "follow" ? resume : story.eventAt(part.from);
    assert(from <= emitted || mode !== "follow", "events were never emitted");
    const before = applied;
    applied = inspect(dir, lives.db, start);
    resume = story.eventAt(checkpointOf(dir.file("copy.db")));
    assert(applied >= before, "what was committed was taken back");
    const streams = story.streams(from, applied);
    // One group at most is committed and not emitted.
    const sure = killed ? streams.slice(0, -MOST_EVENTS) : streams;
    assert(stdout.startsWith(sure.join("")), "a commit was not emitted");
    assert(streams.join("").startsWith(stdout), "too much was emitted");
    emitted = Math.max(emitted, from + countWhole(streams, stdout));
    if (applied > 0) {
      const rows = records(dir.file("copy.db")).slice(start.turns);
      assertEquals(rows, story.rows());
    }
  }

  assertEquals(applied, story.events.length);
  const once = dir.file("once.db");
  await start.create(once);
  const whole = dir.write("whole.jsonl", story.bytes);
  await turnCounter(["--source", whole, "--db", once, "--synchronous", "off"]);
  assertEquals(contents(lives.db), contents(once));
}

/**
 * Kills the program again and again while it creates or upgrades a database.
 * Each time that is there as it was, or as it is to be, and the next start
 * makes of it what it makes of one that nobody touched.
 */
export async function assertSurvivesKillsAtStart(
  startName: string,
  kills: number,
  random: Random,
): Promise<void> {
  using dir = new TempDir();
  const start = STARTS[startName];
  const log = dir.write("log.jsonl", new Story(random, 20, 0).bytes);
  const [from, db, once] = ["from.db", "killed.db", "once.db"]
    .map((name) => dir.file(name));
  await start.create(from);
  const lay = (path: string) => {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) {
      Deno.removeSync(dir.write(path.slice(dir.path.length + 1) + suffix, ""));
    }
    if (exists(from)) Deno.copyFileSync(from, path);
  };
  lay(once);
  const begin = performance.now();
  await turnCounter(["--db", once]);
  const whole = performance.now() - begin;
  await turnCounter(["--source", log, "--db", once]);

  for (let i = 0; i < kills; i++) {
    lay(db);
    const child = new Deno.Command(COMMAND[0], {
      args: [...COMMAND.slice(1), "--db", db],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    // Its stdin stays open, so that it does not end by itself.
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

/** How many bytes of the log the newest checkpoint has read. */
function checkpointOf(db: string): number {
  const sql =
    "SELECT read_bytes FROM checkpoints ORDER BY file_id DESC LIMIT 1";
  try {
    return query<[number]>(db, sql)[0]?.[0] ?? 0;
  } catch (error) {
    // It is not created yet, or not upgraded.
    if (/no such table|unable to open/.test(String(error))) return 0;
    throw error;
  }
}

/** How many streams of events the stdout of a life has in full. */
function countWhole(streams: string[], stdout: string): number {
  let end = 0;
  const ends = streams.map((stream) => end += stream.length);
  return ends.filter((end) => end <= stdout.length).length;
}

let measured: Promise<number> | undefined;

/** How long the program takes to start here, in milliseconds. */
function startUpTime(): Promise<number> {
  return measured ??= (async () => {
    const begin = performance.now();
    await turnCounter(["--version"]);
    return 1.5 * (performance.now() - begin);
  })();
}
