/**
 * The cost of turn events: how many a second, and how it grows with the table.
 *
 * @module
 */

import { newSessions, writeTurnLog } from "../logs.ts";
import { beside, measure, output, python, removeDatabase } from "../measure.ts";
import type { Part, Setting } from "../part.ts";
import { race } from "../race.ts";
import { median, type Spread, spread } from "../statistics.ts";
import { short } from "../table.ts";

/** The program as it is started by default. */
const FULL = "turn-counter, synchronous full";
const DAY = 86_400_000;
const START = Date.UTC(2025, 10, 19);
/** The rows that larger tables are copies of. */
const TEMPLATE_TURNS = 1_000;
const TEMPLATE_SESSIONS = 100;

/** A log of turn events only, in backlog. */
export const commits: Part = async (setting) => {
  const { program, folder, scale } = setting;
  const log = await writeTurnLog(`${folder}/commits.jsonl`, {
    turns: scale.commitTurns,
    start: START,
    sessions: newSessions(200, START),
  });
  const one = await writeTurnLog(`${folder}/one.jsonl`, {
    turns: 1,
    start: START,
    sessions: newSessions(1, START),
  });
  const db = `${folder}/commits.db`;
  const runner = (name: string, argv: string[]) => ({
    name,
    argv: [...argv, "--db", db],
    db,
  });
  const ours = (path: string, synchronous: string) =>
    runner(`turn-counter, synchronous ${synchronous}`, [
      ...program,
      "--source",
      path,
      "--synchronous",
      synchronous,
    ]);
  const python = (name: string, path: string) =>
    runner(name, ["python3", beside("yardstick.py"), path]);
  const tracks = await race(setting, [
    ...["full", "normal", "off"].map((mode) => ours(log.path, mode)),
    python("Python script, synchronous full", log.path),
    { ...ours(one.path, "full"), name: "start" },
    python("Python start", one.path),
  ]);
  await removeDatabase(db);
  const rates = new Map<string, Spread>();
  for (const { name, samples } of tracks.values()) {
    if (name.endsWith("start")) continue;
    const start = name.startsWith("Python") ? "Python start" : "start";
    const all = samples.map(({ seconds }, i) =>
      log.events / (seconds - tracks.get(start)!.samples[i].seconds)
    );
    rates.set(name, spread(all));
  }
  return {
    title: `Turn events a second, ${log.events} of them in a file`,
    header: ["program", "events/s", "us each"],
    rows: [...rates].map((
      [name, { median }],
    ) => [name, short(median), short(1e6 / median)]),
    notes: ["Without the time that it takes to start."],
    targets: [{
      name: "turn events a second, synchronous full",
      value: rates.get(FULL)!,
      limit: 10_000,
      bound: "at least",
      unit: "",
    }],
    data: [...tracks.values()],
  };
};

/** Databases with more and more turns, in the schema of the program. */
async function tables(setting: Setting): Promise<string[]> {
  const { program, folder, scale, say } = setting;
  const log = await writeTurnLog(`${folder}/template.jsonl`, {
    turns: TEMPLATE_TURNS,
    start: START,
    sessions: newSessions(TEMPLATE_SESSIONS, START),
    orphans: 0.1,
  });
  const template = `${folder}/template.db`;
  await removeDatabase(template);
  await output([...program, "--source", log.path, "--db", template]);
  const paths = [];
  for (const turns of scale.tableTurns) {
    say(`making a table of ${short(turns)} turns`);
    const path = `${folder}/turns-${turns}.db`;
    paths.push(path);
    await removeDatabase(path);
    const copies = String(Math.max(1, Math.round(turns / TEMPLATE_TURNS)));
    await python("grow.py", "grow", template, path, copies);
  }
  // Else gigabytes are still being written while the program waits for the disk.
  await output(["sync"]);
  return paths;
}

/** What a turn event costs on tables of different sizes. */
export const growth: Part = async (setting) => {
  const { program, folder, scale, say } = setting;
  const paths = await tables(setting);
  const costs = paths.map((): number[] => []);
  for (let round = 0; round <= scale.rounds; round++) {
    say(round === 0 ? "warming up" : `round ${round} of ${scale.rounds}`);
    for (const [i, path] of paths.entries()) {
      // Half of the turns go to sessions that are there, half to new ones.
      const half = Math.min(scale.newTurns / 2, TEMPLATE_SESSIONS * 10);
      const old = await python("grow.py", "sample", path, String(half));
      const start = START + (100 + round) * DAY;
      const sessions = newSessions(old.length, start + i)
        .flatMap((session, k) => [session, old[k]]);
      const seconds = [];
      for (const turns of [1, scale.newTurns]) {
        const log = await writeTurnLog(`${folder}/new.jsonl`, {
          turns,
          start: start + turns,
          sessions,
        });
        const argv = [...program, "--source", log.path, "--db", path];
        const sample = await measure({ argv });
        seconds.push(sample.seconds);
      }
      const events = 2 * (scale.newTurns - 1);
      if (round > 0) costs[i].push(1e6 * (seconds[1] - seconds[0]) / events);
    }
  }
  for (const path of paths) await removeDatabase(path);
  const medians = costs.map(median);
  const growths = medians.map((_, i) =>
    median(costs[i].map((cost, round) => cost / costs[0][round]))
  );
  return {
    title: `Cost of a turn event, ${scale.newTurns} new turns on each table`,
    header: ["turns in the table", "us", "least", "most", "times"],
    rows: scale.tableTurns.map((turns, i) => [
      short(turns),
      short(medians[i]),
      short(Math.min(...costs[i])),
      short(Math.max(...costs[i])),
      short(growths[i]),
    ]),
    notes: ["Without the time that it takes to start."],
    targets: [{
      name: "cost of a turn event, largest table to smallest",
      value: growths.at(-1)!,
      limit: 1.5,
      bound: "at most",
      unit: "",
    }],
    data: scale.tableTurns.map((turns, i) => ({
      turns,
      microseconds: costs[i],
    })),
  };
};
