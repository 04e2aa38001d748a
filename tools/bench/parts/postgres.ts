/**
 * Turns in PostgreSQL beside turns in SQLite: in backlog, by one program and by
 * several, and how soon a record is there.
 *
 * @module
 */

import { newSessions, writeTurnLog } from "../logs.ts";
import { python, removeDatabase } from "../measure.ts";
import type { Part, Result, Target } from "../part.ts";
import { BenchServer } from "../postgres.ts";
import { percentile, type Spread, spread } from "../statistics.ts";
import { short } from "../table.ts";

const START = Date.UTC(2025, 10, 19);
const PROGRAMS = 8;
/** Turn events a second, for the latency. */
const RATE = 100;

/** What `writers.py` prints. */
interface Run {
  seconds: number;
  records: number[];
  failures: string[];
}

const TITLE = "Turns in PostgreSQL, on a local socket, synchronous full";

/** Where turns are kept. */
interface Place {
  name: string;
  db: string;
  clear(): Promise<void>;
}

/** PostgreSQL and SQLite on the same machine. */
export const postgres: Part = async (setting) => {
  const { program, folder, scale, say } = setting;
  await using server = await BenchServer.start(folder);
  if (server === null) return NO_SERVER;
  const file = `${folder}/beside.db`;
  const places: Place[] = [
    { name: "PostgreSQL", db: server.url, clear: () => server.clear() },
    { name: "SQLite", db: file, clear: () => removeDatabase(file) },
  ];
  const logs = await Promise.all(
    Array.from(
      { length: PROGRAMS },
      (_, i) =>
        writeTurnLog(`${folder}/program-${i}.jsonl`, {
          turns: scale.writerTurns,
          start: START,
          sessions: newSessions(50, START + i),
        }),
    ),
  );
  const live = await writeTurnLog(`${folder}/postgres.jsonl`, {
    turns: RATE * scale.latencySeconds / 2,
    start: START,
    sessions: newSessions(20, START),
  });

  const rate = async ({ name, db, clear }: Place, count: number) => {
    const rates: number[] = [];
    for (let round = 0; round <= scale.rounds; round++) {
      say(`${count} on ${name}, round ${round} of ${scale.rounds}`);
      await clear();
      const paths = logs.slice(0, count).map(({ path }) => path);
      const job = JSON.stringify({ argv: program, db, logs: paths });
      const run: Run = await python("writers.py", job);
      if (run.failures.length > 0) throw new Error(run.failures.join("; "));
      // The first round warms up.
      if (round > 0) rates.push(sum(run.records) / run.seconds);
    }
    return spread(rates);
  };
  const latency = async ({ name, db, clear }: Place) => {
    say(`latency on ${name}`);
    await clear();
    const words = [live.path, String(RATE), ...program, "--db", db];
    const all: number[] = await python("latency.py", ...words);
    return all.slice(RATE);
  };
  const results = [];
  for (const place of places) {
    const one = await rate(place, 1);
    const all = await rate(place, PROGRAMS);
    const latencies = await latency(place);
    await place.clear();
    results.push({ name: place.name, one, all, latencies });
  }
  const [{ one, all, latencies }] = results;
  const target = (
    name: string,
    value: number | Spread,
    limit: number,
    bound: Target["bound"],
    unit: string,
  ): Target => ({ name, value, limit, bound, unit });
  return {
    title: TITLE,
    header: ["", "events/s", `of ${PROGRAMS}`, "p50, ms", "p99, ms"],
    rows: results.map(({ name, one, all, latencies }) => [
      ...[name, short(one.median), short(all.median)],
      ...[0.5, 0.99].map((share) => short(percentile(latencies, share))),
    ]),
    notes: [],
    targets: [
      target(
        "events/s of one program in PostgreSQL",
        one,
        2000,
        "at least",
        "",
      ),
      target(
        ...[`${PROGRAMS} programs in PostgreSQL, to one`] as const,
        ...[all.median / one.median, 1.5, "at least", " x"] as const,
      ),
      target(
        ...["latency in PostgreSQL, 99th percentile"] as const,
        ...[percentile(latencies, 0.99), 15, "at most", " ms"] as const,
      ),
    ],
    data: results,
  };
};

const NO_SERVER: Result = {
  ...{ title: TITLE, header: [""], rows: [], targets: [], data: null },
  notes: ["Left out: there is no PostgreSQL server."],
};

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
