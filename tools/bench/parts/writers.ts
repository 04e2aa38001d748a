/**
 * Several writers on one database: how much they do together, and how evenly.
 *
 * @module
 */

import { newSessions, writeTurnLog } from "../logs.ts";
import { python, removeDatabase } from "../measure.ts";
import type { Part } from "../part.ts";
import { spread } from "../statistics.ts";
import { short } from "../table.ts";

const START = Date.UTC(2025, 10, 19);
const WRITERS = 4;

/** What `writers.py` prints. */
interface Run {
  seconds: number;
  atFirstEnd: number[];
  records: number[];
  failures: string[];
}

/** Writers that are all in backlog, each on a log of its own. */
export const writers: Part = async ({ program, folder, scale, say }) => {
  const logs = await Promise.all(
    Array.from(
      { length: WRITERS },
      (_, i) =>
        writeTurnLog(`${folder}/writer-${i}.jsonl`, {
          turns: scale.writerTurns,
          start: START,
          sessions: newSessions(50, START + i),
        }),
    ),
  );
  const db = `${folder}/writers.db`;
  const { events } = logs[0];
  const measure = async (count: number) => {
    const runs: Run[] = [];
    for (let round = 1; round <= scale.rounds; round++) {
      say(`${count} writers, round ${round} of ${scale.rounds}`);
      await removeDatabase(db);
      const paths = logs.slice(0, count).map(({ path }) => path);
      const job = { argv: program, db, logs: paths };
      runs.push(await python("writers.py", JSON.stringify(job)));
    }
    await removeDatabase(db);
    return {
      count,
      runs,
      rate: spread(runs.map((run) => sum(run.records) / run.seconds)),
      // Of its own log, the writer that has written least.
      share: spread(runs.map((run) => Math.min(...run.atFirstEnd) / events)),
      failures: runs.flatMap((run) => run.failures),
    };
  };
  const results = [await measure(1), await measure(WRITERS)];
  const { share, failures, count } = results[1];
  return {
    title: `Writers on one database, ${
      short(events)
    } turn events each, synchronous full`,
    header: ["writers", "events/s", "range", "least share", "failed"],
    rows: results.map(({ count, rate, share, failures }) => [
      String(count),
      short(rate.median),
      `${short(rate.least)}-${short(rate.most)}`,
      percent(share.median),
      String(failures.length),
    ]),
    notes: [
      "The share is that of its log which the slowest has written when the first ends.",
      ...new Set(failures),
    ],
    targets: [
      {
        name:
          `writers that failed, of ${count} in each of ${scale.rounds} rounds`,
        value: failures.length,
        limit: 0,
        bound: "at most",
        unit: "",
      },
      {
        name: `least share of ${count} writers when the first ends`,
        value: share,
        limit: 0.5,
        bound: "at least",
        unit: "",
      },
    ],
    data: results,
  };
};

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
