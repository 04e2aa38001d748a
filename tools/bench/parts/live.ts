/**
 * What a person notices: how soon a record is there.
 *
 * @module
 */

import { newSessions, writeTurnLog } from "../logs.ts";
import {
  beside,
  type Job,
  measure,
  output,
  python,
  removeDatabase,
} from "../measure.ts";
import type { Part, Target } from "../part.ts";
import { median, percentile } from "../statistics.ts";
import { type Row, short } from "../table.ts";

const START = Date.UTC(2025, 10, 19);
const YARDSTICK = ["python3", beside("yardstick.py")];
/** Turn events a second. */
const RATE = 100;
/** About what one of them adds to a write-ahead log: nine pages. */
const EVENT_BYTES = 9 * 4_120;

/** From a line written to standard input to its record on standard output. */
export const latency: Part = async ({ program, folder, scale, say }) => {
  const log = await writeTurnLog(`${folder}/latency.jsonl`, {
    turns: RATE * scale.latencySeconds / 2,
    start: START,
    sessions: newSessions(20, START),
    noise: 10,
  });
  const commands = [
    ["turn-counter", program],
    ["Python script", YARDSTICK],
  ] as const;
  const rows: Row[] = [];
  const data: Record<string, number[]> = {};
  const add = (name: string, all: number[]) => {
    // The first second is that of a program that has just been started.
    data[name] = all.slice(RATE);
    rows.push([
      name,
      ...[0.5, 0.99, 1].map((share) => short(percentile(data[name], share))),
      short(Math.max(...all.slice(0, RATE))),
    ]);
  };
  for (const [name, command] of commands) {
    say(`latency of ${name}`);
    const db = `${folder}/latency.db`;
    await removeDatabase(db);
    const words = [log.path, String(RATE), ...command, "--db", db];
    add(name, await python("latency.py", ...words));
    await removeDatabase(db);
  }
  say("latency of the disk");
  const numbers = [RATE, RATE * scale.latencySeconds, EVENT_BYTES].map(String);
  const file = `${folder}/latency.append`;
  add(
    "floor: append, fdatasync",
    await python("floors/append.py", file, ...numbers),
  );
  await Deno.remove(file);
  const target: Target = {
    name: "latency, 99th percentile",
    value: percentile(data["turn-counter"], 0.99),
    limit: 5,
    bound: "at most",
    unit: " ms",
  };
  return {
    title: `Latency at ${RATE} turn events a second, synchronous full`,
    header: ["ms", "p50", "p99", "max", "max in first second"],
    rows,
    notes: [],
    targets: [target],
    data,
  };
};

/** From the start of the program to its first record. */
export const startup: Part = async ({ program, folder, scale, say }) => {
  const log = await writeTurnLog(`${folder}/small.jsonl`, {
    turns: 20,
    start: START,
    sessions: newSessions(3, START),
    noise: 5,
  });
  const db = `${folder}/startup.db`;
  const feed = ["cat", log.path];
  const jobs: (Job & { name: string; fresh: boolean })[] = [
    { name: "new database, --source", fresh: true, argv: source() },
    { name: "new database, pipe", fresh: true, argv: program, feed },
    { name: "known database, --source", fresh: false, argv: source() },
    { name: "Python script, new database", fresh: true, argv: YARDSTICK, feed },
    { name: "floor: --version", fresh: false, argv: [...program, "--version"] },
  ];
  function source() {
    return [...program, "--source", log.path];
  }
  const times = jobs.map((): number[] => []);
  const rounds = 2 * scale.rounds;
  say(`start-up, ${rounds} rounds`);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { argv, feed, fresh }] of jobs.entries()) {
      if (fresh) await removeDatabase(db);
      else await output([...program, "--source", log.path, "--db", db]);
      const stop = "first-output";
      const sample = await measure({ argv: [...argv, "--db", db], feed, stop });
      if (round > 0) times[i].push(1000 * sample.firstOutput!);
    }
  }
  await removeDatabase(db);
  return {
    title: `From the start to the first record, ${rounds} rounds`,
    header: ["ms", "median", "least", "most"],
    rows: jobs.map(({ name }, i) => [
      name,
      short(median(times[i])),
      short(Math.min(...times[i])),
      short(Math.max(...times[i])),
    ]),
    notes: [],
    targets: [{
      name: "start to first record",
      value: median(times[0]),
      limit: 55,
      bound: "at most",
      unit: " ms",
    }],
    data: jobs.map(({ name }, i) => ({ name, milliseconds: times[i] })),
  };
};
