/**
 * Kills the program at random moments, and holds what is left of each life
 * against the plain model (SPEC section 4).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { TurnEvent } from "../../src/event.ts";
import type { Random } from "../../tools/log_generator/random.ts";
import { Model } from "../property/model.ts";
import { agentEvents } from "../property/random_log.ts";
import { contents, query, records } from "../support/database.ts";
import { lineOf } from "../support/envelope.ts";
import { createSeed, execute } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";
import { COMMAND, turnCounter, until, within } from "./program.ts";

/** How the program gets the log. */
export const MODES = ["live", "batch", "follow"] as const;
/** One of {@linkcode MODES}. */
export type Mode = typeof MODES[number];

/** A database that is there before the first life. */
interface Start {
  version: number;
  turns: number;
  create: (path: string) => unknown;
}

/** So many that an upgrade takes a while, in which the program can be killed. */
const SEED_TURNS = 3000;
const CURRENT = 2;

/** What the first life finds. */
export const STARTS: Record<string, Start> = {
  "no database": { version: 0, turns: 0, create: () => {} },
  "a database of version 0": {
    version: 0,
    turns: SEED_TURNS,
    create: (path) => createSeed(path, SEED_TURNS),
  },
  "a database of version 1": {
    version: 1,
    turns: 0,
    async create(path) {
      await turnCounter(["--db", path]);
      execute(path, "DROP TABLE checkpoints; PRAGMA user_version = 1");
    },
  },
};

/** A log in which each event changes something, and what it comes to. */
class Story {
  readonly events: TurnEvent[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the line of each event begins. */
  readonly begins: number[] = [];
  #model = new Model();
  #offset: number;

  /** @param offset How many ids were given before. */
  constructor(random: Random, events: number, offset: number) {
    // An answer of another process may find no turn, and so change nothing.
    this.events = agentEvents(random, events).filter(({ pid }) => pid !== 77);
    this.#offset = offset;
    let text = "";
    for (const event of this.events) {
      if (random.chance(0.3)) text += '{"event":"turn.delta","line":""}\n';
      this.begins.push(new TextEncoder().encode(text).length);
      text += lineOf(event) + "\n";
    }
    this.bytes = new TextEncoder().encode(text);
  }

  /** The stream of each of some events, the ones before them being applied. */
  streams(from: number, to: number): string[] {
    return this.events.slice(from, to).map((event) => {
      const ids = this.#model.apply(event);
      const rows = this.rows();
      return ids.map((id) => JSON.stringify(rows[id - 1]) + "\n").join("");
    });
  }

  /** The rows after all events that {@linkcode streams} was called with. */
  rows(): Record<string, unknown>[] {
    return this.#model.records().map((row) => ({
      ...row,
      turn_id_glob: row.turn_id_glob as number + this.#offset,
    }));
  }

  /** The event to which the first whole line behind a byte belongs. */
  eventAt(byte: number): number {
    const at = this.begins.findIndex((begin) => begin >= byte);
    return at < 0 ? this.events.length : at;
  }
}

/** From where to where a life reads the log, in bytes, and when it ends. */
interface Part {
  from: number;
  to: number;
  /** When to ask it to stop, if at all, and when to kill it, in milliseconds. */
  term?: number;
  kill?: number;
}

/** How one life ended. */
interface Ended {
  killed: boolean;
  stdout: string;
  stderr: string;
}

/** The program, started again and again on one log and one database. */
class Lives {
  readonly db: string;
  #mode: Mode;
  #random: Random;
  #story: Story;
  #log: string;
  #written = 0;

  constructor(dir: TempDir, mode: Mode, random: Random, story: Story) {
    this.db = dir.file("killed.db");
    this.#log = dir.write("log.jsonl", "");
    this.#mode = mode;
    this.#random = random;
    this.#story = story;
  }

  /** One life, from its start to its end. */
  async live(part: Part, synchronous: string): Promise<Ended> {
    const source = {
      live: [],
      batch: ["--source", this.#log],
      follow: ["--source", this.#log, "--follow"],
    }[this.#mode];
    const bytes = this.#story.bytes.subarray(part.from, part.to);
    if (this.#mode === "batch") Deno.writeFileSync(this.#log, bytes);
    const options = [...source, "--db", this.db, "--synchronous", synchronous];
    const child = new Deno.Command(COMMAND[0], {
      args: [...COMMAND.slice(1), ...options],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const kill = (signal: Deno.Signal) => {
      try {
        child.kill(signal);
      } catch {
        // It ended first.
      }
    };
    const timers = [
      part.term !== undefined && setTimeout(() => kill("SIGTERM"), part.term),
      part.kill !== undefined && setTimeout(() => kill("SIGKILL"), part.kill),
    ];
    const ended = Promise.all([
      child.output(),
      this.#feed(child, bytes, part.to),
    ]);
    if (this.#mode === "follow" && part.kill === undefined) {
      let running = true;
      child.status.then(() => running = false);
      await until(() => !running || this.isComplete(), "all of the log");
      kill("SIGTERM");
    }
    const [output] = await within(ended, "its end");
    for (const timer of timers) if (timer) clearTimeout(timer);
    const utf8 = new TextDecoder();
    const stderr = utf8.decode(output.stderr);
    const { signal, code } = output;
    // Before it listens, SIGTERM is as good.
    const killed = signal === "SIGKILL" || signal === "SIGTERM";
    assert(killed || code === 0, `it ended with ${signal ?? code}: ${stderr}`);
    return { killed, stdout: utf8.decode(output.stdout), stderr };
  }

  /** Gives it the part of the log in pieces, as far as it lives to take them. */
  async #feed(
    child: Deno.ChildProcess,
    bytes: Uint8Array<ArrayBuffer>,
    to: number,
  ): Promise<void> {
    if (this.#mode === "follow") {
      // Its log only grows.
      while (this.#written < to) {
        const size = this.#random.between(1, 20_000);
        const end = Math.min(to, this.#written + size);
        const piece = this.#story.bytes.subarray(this.#written, end);
        await Deno.writeFile(this.#log, piece, { append: true });
        this.#written = end;
      }
    }
    const chunks = this.#mode === "live" ? [bytes] : [];
    await ReadableStream.from(chunks).pipeTo(child.stdin).catch(() => {});
  }

  /** Whether every event is in the database. */
  isComplete(): boolean {
    return appliedEvents(this.db) >= this.#story.events.length;
  }
}

/** How many events a database of the current version has applied. */
export function appliedEvents(db: string): number {
  const sql = `SELECT (SELECT count(*) FROM turns WHERE sid <> 'seed')
    + (SELECT count(*) FROM answers)`;
  try {
    return query<[number]>(db, sql)[0][0];
  } catch (error) {
    // It is not there yet, not of that version, or just being recovered.
    const reasons = /no such table|unable to open|database is locked/;
    if (reasons.test(String(error))) return 0;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Looks at what a killed program left, in a copy, so that the next life finds
 * it as it was left.
 *
 * @returns How many events are in it.
 */
function inspect(dir: TempDir, db: string, start: Start): number {
  const copy = dir.file("copy.db");
  for (const suffix of ["", "-wal", "-journal"]) {
    Deno.removeSync(dir.write(`copy.db${suffix}`, ""));
    try {
      Deno.copyFileSync(db + suffix, copy + suffix);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  if (!exists(copy)) return 0;
  // Only who may write can undo what was not finished.
  execute(copy, "SELECT count(*) FROM sqlite_master");
  assertEquals(query(copy, "PRAGMA integrity_check"), [["ok"]]);
  const [[version]] = query<[number]>(copy, "PRAGMA user_version");
  const turns = version > 0 || start.turns > 0
    ? query<[number]>(copy, "SELECT count(*) FROM turns WHERE sid = 'seed'")
    : [[0]];
  assertEquals(turns, [[start.turns]]);
  assert([start.version, CURRENT].includes(version), `version ${version}`);
  const tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table'";
  if (version === CURRENT) {
    assertEquals(query(copy, `${tables} AND name NOT LIKE 'sqlite%'`), [[5]]);
  }
  return appliedEvents(copy);
}

/**
 * Kills the program `kills` times while it reads one log, then lets it finish.
 * After each life the database holds what a whole number of events comes to,
 * and that life told just those, in full, but for the last one at most. In the
 * end it holds what one run comes to.
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
  /** Up to which event all was told in full. */
  let told = 0;

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

    const before = applied;
    applied = inspect(dir, lives.db, start);
    assert(applied >= before, "what was committed was taken back");
    // A follower goes on at the last event that it applied, or behind it where
    // it had time to store that all was told.
    let from = mode === "follow"
      ? Math.max(0, before - 1)
      : story.eventAt(part.from);
    const streams = story.streams(from, applied);
    const isBehind = mode === "follow" && from < before && told >= before &&
      !stdout.startsWith(streams[0].slice(0, stdout.length));
    if (isBehind) {
      from++;
      streams.shift();
    }
    // It may have come to its end while it told of what was known.
    const sure = applied > before
      ? streams.slice(0, killed ? -1 : undefined)
      : killed || part.term !== undefined
      ? []
      : streams;
    assert(stdout.startsWith(sure.join("")), "what is committed was not told");
    assert(streams.join("").startsWith(stdout), "more was told than there is");
    told = Math.max(told, from + countTold(streams, stdout));
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

/** How many streams of events the stdout of a life has in full. */
function countTold(streams: string[], stdout: string): number {
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
