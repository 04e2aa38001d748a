/**
 * The benchmark: turn-counter beside the Python script that one would write
 * instead, and beside programs that do nothing but read. `deno task bench`.
 *
 * @module
 */

import { Database } from "@db/sqlite";
import { parseArgs } from "@std/cli";
import { python } from "./measure.ts";
import {
  formatTarget,
  isMet,
  type Part,
  type Result,
  type Scale,
  type Setting,
} from "./part.ts";
import { followed } from "./parts/followed.ts";
import { growth, pages } from "./parts/growth.ts";
import { latency, startup } from "./parts/live.ts";
import { memory } from "./parts/memory.ts";
import { postgres } from "./parts/postgres.ts";
import { commits } from "./parts/commits.ts";
import { giants, noTurns, plain, turnEvents } from "./parts/throughput.ts";
import { tree } from "./parts/tree.ts";
import { writers } from "./parts/writers.ts";
import { formatTable, short } from "./table.ts";

const PARTS: Record<string, Part> = {
  giants,
  plain,
  turns: turnEvents,
  "no-turns": noTurns,
  memory,
  latency,
  startup,
  commits,
  writers,
  postgres,
  growth,
  pages,
  tree,
  followed,
};

const HELP =
  `Measures the compiled ./turn-counter. Needs python3, and jq for the tree.

Usage: deno task bench [OPTIONS]

  --parts A,B,…   only these parts, of: ${Object.keys(PARTS).join(", ")}
  --rounds N      rounds that count, after a warm-up (5)
  --events N      events of the logs (284936)
  --quick         everything small: about a minute, numbers that mean little
  --json FILE     write all measurements to FILE
  --keep DIR      make logs in DIR, use those that are there, and leave them
  --help          show this

Without --keep all files are made in a new folder in $TMPDIR or /tmp, which is
removed at the end. The whole takes about 12 GB there and 25 minutes.`;

const FULL: Scale = {
  events: 284_936,
  giants: 5,
  giantBytes: [40_000_000, 100_000_000],
  rounds: 5,
  longLine: 1_000_000_000,
  latencySeconds: 20,
  turnPrompts: 15_000,
  commitTurns: 10_000,
  writerTurns: 5_000,
  tableTurns: [1_000, 1_000_000, 10_000_000],
  newTurns: 2_000,
  treeFiles: 5_000,
  treeBytes: 1_000_000_000,
  followedBytes: 300_000_000,
  idleSeconds: 60,
  appends: 300,
};

const QUICK: Scale = {
  events: 40_000,
  giants: 2,
  giantBytes: [4_000_000, 10_000_000],
  rounds: 2,
  longLine: 100_000_000,
  latencySeconds: 3,
  turnPrompts: 1_500,
  commitTurns: 1_000,
  writerTurns: 1_000,
  tableTurns: [1_000, 100_000],
  newTurns: 500,
  treeFiles: 200,
  treeBytes: 40_000_000,
  followedBytes: 20_000_000,
  idleSeconds: 5,
  appends: 30,
};

function fail(message: string): never {
  console.error(`bench: ${message}`);
  Deno.exit(2);
}

function readCount(name: string, text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    fail(`option "--${name}" cannot be "${text}"`);
  }
  return count;
}

function readArgs(argv: string[]) {
  const args: Record<string, unknown> = parseArgs(argv, {
    string: ["parts", "rounds", "events", "json", "keep"],
    boolean: ["quick", "help"],
    unknown: (arg) => fail(`unknown option "${arg}"; see --help`),
  });
  if (args.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  const scale = { ...(args.quick ? QUICK : FULL) };
  scale.rounds = readCount("rounds", args.rounds) ?? scale.rounds;
  scale.events = readCount("events", args.events) ?? scale.events;
  const all = Object.keys(PARTS);
  const parts = args.parts ? String(args.parts).split(",") : all;
  for (const part of parts) {
    if (!all.includes(part)) fail(`there is no part "${part}"; see --help`);
  }
  const text = (name: string) => args[name] ? String(args[name]) : undefined;
  return { scale, parts, json: text("json"), keep: text("keep") };
}

/** The command that runs the program; the task says which. */
function findProgram(): string[] {
  const given = Deno.env.get("TURN_COUNTER_EXE");
  const root = import.meta.dirname!.replace(/\/tools\/bench$/, "");
  return given === undefined ? [`${root}/turn-counter`] : JSON.parse(given);
}

/** The version of the SQLite library that the binary carries. */
function librarySqlite(): string {
  const db = new Database(":memory:");
  try {
    return db.prepare("SELECT sqlite_version()").value<[string]>()![0];
  } finally {
    db.close();
  }
}

/** The machine and what runs on it, for the JSON and for the reader. */
async function describeMachine(folder: string) {
  const machine = await python("machine.py", folder);
  const sqlite = librarySqlite();
  const packages = Deno.env.get("TURN_COUNTER_PACKAGES") ?? "unknown packages";
  const text = `${machine.processor}, ${machine.cores} cores, ${
    short(machine.memoryBytes / 2 ** 30)
  } GiB, ${machine.system}, ${machine.fileSystem}, load ${
    short(machine.load[0])
  }\nturn-counter on Deno ${Deno.version.deno} with SQLite ${sqlite} and ${packages}\nPython ${machine.python} with SQLite ${machine.pythonSqlite}; both with synchronous=FULL in WAL mode`;
  const deno = Deno.version.deno;
  return { text, data: { ...machine, deno, sqlite, packages } };
}

function print({ title, header, rows, notes, targets }: Result): void {
  console.log(`\n${title}\n\n${formatTable(header, rows)}`);
  if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
  if (targets.length > 0) console.log(`\n${format(targets)}`);
}

function format(targets: Result["targets"]): string {
  return targets.map(formatTarget).join("\n");
}

async function main(): Promise<void> {
  const { scale, parts, json, keep } = readArgs(Deno.args);
  if (keep !== undefined) await Deno.mkdir(keep, { recursive: true });
  const folder = keep ?? await Deno.makeTempDir({ prefix: "turn-counter-" });
  const setting: Setting = {
    program: findProgram(),
    folder,
    scale,
    say: (text) => console.error(`bench: ${text}`),
  };
  try {
    const machine = await describeMachine(folder);
    console.log(machine.text);
    const results: Record<string, Result> = {};
    for (const name of parts) {
      setting.say(`part ${name}`);
      results[name] = await PARTS[name](setting);
      print(results[name]);
    }
    const targets = Object.values(results).flatMap((it) => it.targets);
    const met = targets.filter(isMet).length;
    console.log(`\n${met} of ${targets.length} targets met.`);
    if (json !== undefined) {
      const report = { machine: machine.data, scale, results };
      await Deno.writeTextFile(json, JSON.stringify(report, null, 2) + "\n");
    }
  } finally {
    if (keep === undefined) await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await main();
