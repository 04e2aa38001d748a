/**
 * The cost of turn events: how many a second.
 *
 * @module
 */

import { newSessions, writeTurnLog } from "../logs.ts";
import { beside, removeDatabase } from "../measure.ts";
import type { Part } from "../part.ts";
import { race } from "../race.ts";
import { type Spread, spread } from "../statistics.ts";
import { short } from "../table.ts";

/** The program as it is started by default. */
const FULL = "turn-counter, synchronous full";
const START = Date.UTC(2025, 10, 19);

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
