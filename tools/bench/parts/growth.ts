/**
 * How the cost of a turn event grows with the table, and what makes it grow.
 *
 * @module
 */

import { newSessions, writeTurnLog } from "../logs.ts";
import { measure, output, python, removeDatabase } from "../measure.ts";
import type { Part, Setting, Target } from "../part.ts";
import { median } from "../statistics.ts";
import { short } from "../table.ts";

const DAY = 86_400_000;
const START = Date.UTC(2025, 10, 19);
/** The rows that larger tables are copies of. */
const TEMPLATE_TURNS = 1_000;
const TEMPLATE_SESSIONS = 100;
/** New turns whose pages are counted; few enough for the write-ahead log. */
const COUNTED_TURNS = 256;

/** Makes a database of each number of turns, in the schema of the program. */
async function tables(
  { program, folder, say }: Setting,
  counts: readonly number[],
): Promise<string[]> {
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
  for (const turns of counts) {
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

/** Sessions of new turns, one each. */
type Sessions = [sid: string, pid: number][];

/** Sessions for new turns, half of which are spread over a table. */
async function oldAndNew(path: string, turns: number, time: number) {
  const half = Math.min(turns / 2, TEMPLATE_SESSIONS * 10);
  const old: Sessions = await python("grow.py", "sample", path, String(half));
  return newSessions(old.length, time)
    .flatMap((session, i) => [session, old[i]]);
}

/** What an event of as many new turns costs, in microseconds, without the start. */
async function cost(
  { program, folder, scale }: Setting,
  path: string,
  sessions: Sessions,
  time: number,
): Promise<number> {
  const seconds = [];
  for (const turns of [1, scale.newTurns]) {
    const log = await writeTurnLog(`${folder}/new.jsonl`, {
      turns,
      start: time + turns,
      sessions,
    });
    const argv = [...program, "--source", log.path, "--db", path];
    seconds.push((await measure({ argv })).seconds);
  }
  return 1e6 * (seconds[1] - seconds[0]) / (2 * (scale.newTurns - 1));
}

/** What a turn event costs on tables of different sizes. */
export const growth: Part = async (setting) => {
  const { scale, say } = setting;
  const paths = await tables(setting, scale.tableTurns);
  const ofNew = paths.map((): number[] => []);
  const ofAll = paths.map((): number[] => []);
  for (let round = 0; round <= scale.rounds; round++) {
    say(round === 0 ? "warming up" : `round ${round} of ${scale.rounds}`);
    for (const [i, path] of paths.entries()) {
      const time = START + (100 + 2 * round) * DAY;
      const begun = newSessions(scale.newTurns, time);
      const young = await cost(setting, path, begun, time);
      const mixed = await oldAndNew(path, scale.newTurns, time + DAY);
      const all = await cost(setting, path, mixed, time + DAY);
      if (round === 0) continue;
      ofNew[i].push(young);
      ofAll[i].push(all);
    }
  }
  for (const path of paths) await removeDatabase(path);
  const times = (costs: number[][], i: number) =>
    median(costs[i].map((cost, round) => cost / costs[0][round]));
  const cells = (costs: number[][], i: number) => [
    short(median(costs[i])),
    short(times(costs, i)),
  ];
  const largest = paths.length - 1;
  const target = (name: string, costs: number[][]): Target => ({
    name: `cost of a turn event of ${name}, largest table to smallest`,
    value: times(costs, largest),
    limit: 1.5,
    bound: "at most",
    unit: "",
  });
  return {
    title: `Cost of a turn event, ${scale.newTurns} new turns on each table`,
    header: ["turns in the table", "us, new", "times", "us, half old", "times"],
    rows: scale.tableTurns.map((turns, i) => [
      short(turns),
      ...cells(ofNew, i),
      ...cells(ofAll, i),
    ]),
    notes: [
      "Without the time that it takes to start. The turns are of new sessions, or half",
      "of them of sessions that are spread over the table.",
    ],
    targets: [target("new sessions", ofNew), target("all sessions", ofAll)],
    data: scale.tableTurns.map((turns, i) => ({
      turns,
      newMicroseconds: ofNew[i],
      allMicroseconds: ofAll[i],
    })),
  };
};

/** Which pages a turn event writes, in tables of different sizes. */
export const pages: Part = async (setting) => {
  const { program, folder, scale } = setting;
  // To know whose a page is, all of the database is read.
  const counts = scale.tableTurns.filter((turns) => turns <= 1_000_000);
  const found: Map<string, number>[] = [];
  for (const path of await tables(setting, counts)) {
    const start = START + 100 * DAY;
    const log = await writeTurnLog(`${folder}/counted.jsonl`, {
      turns: COUNTED_TURNS,
      start,
      sessions: await oldAndNew(path, COUNTED_TURNS, start),
    });
    const words = [path, log.path, ...program, "--db", path];
    found.push(new Map(await python("pages.py", ...words)));
    await removeDatabase(path);
  }
  const each = (pages = 0) => short(pages / (2 * COUNTED_TURNS));
  const sum = (pages: Map<string, number>) =>
    [...pages.values()].reduce((sum, count) => sum + count, 0);
  return {
    title: "Pages that a turn event writes, in groups of 256 events",
    header: [
      "table or index",
      ...counts.map((turns) => `${short(turns)} turns`),
    ],
    rows: [
      ...[...found.at(-1)!.keys()]
        .map((name) => [name, ...found.map((pages) => each(pages.get(name)))]),
      ["all", ...found.map((pages) => each(sum(pages)))],
    ],
    notes: [
      "Half of the turns go to sessions that are there, half to new ones.",
    ],
    targets: [],
    data: counts.map((turns, i) => ({ turns, pages: [...found[i]] })),
  };
};
