/**
 * Several programs on one log, in turns.
 *
 * @module
 */

import type { Log } from "./logs.ts";
import { type Job, measure, removeDatabase, type Sample } from "./measure.ts";
import type { Setting } from "./part.ts";
import { median, ratios, type Spread, spread } from "./statistics.ts";
import { megabytes, type Row, short } from "./table.ts";

/** One of the programs. */
export interface Runner extends Job {
  name: string;
  /** The database it writes, removed before each run. */
  db?: string;
}

/** All rounds of one program. */
export interface Track {
  name: string;
  samples: Sample[];
  seconds: Spread;
  peakBytes: number;
}

/**
 * Runs all programs once in each round, beginning with another one each time.
 * The first round warms the caches and does not count.
 */
export async function race(
  { scale, say }: Setting,
  runners: readonly Runner[],
): Promise<Map<string, Track>> {
  const samples = new Map<string, Sample[]>(
    runners.map(({ name }) => [name, []]),
  );
  for (let round = 0; round <= scale.rounds; round++) {
    say(round === 0 ? "warming up" : `round ${round} of ${scale.rounds}`);
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[(i + round) % runners.length];
      if (runner.db !== undefined) await removeDatabase(runner.db);
      const { argv, feed, codes } = runner;
      const sample = await measure({ argv, feed, codes });
      if (round > 0) samples.get(runner.name)!.push(sample);
    }
  }
  return new Map(
    runners.map(({ name }) => [name, sumUp(name, samples.get(name)!)]),
  );
}

function sumUp(name: string, samples: Sample[]): Track {
  return {
    name,
    samples,
    seconds: spread(samples.map(({ seconds }) => seconds)),
    peakBytes: Math.max(...samples.map(({ peakBytes }) => peakBytes)),
  };
}

/** How many times as fast one program is as another, pair by pair. */
export function timesAsFast(fast: Track, slow: Track): Spread {
  const seconds = ({ samples }: Track) => samples.map(({ seconds }) => seconds);
  return ratios(seconds(slow), seconds(fast));
}

/** The columns of {@linkcode trackRow}. */
export const TRACK_HEADER: Row = [
  "program",
  "s",
  "range",
  "CPU s",
  "MB/s",
  "events/s",
  "peak MB",
  "x Python",
];

/** A row of the table of a race. */
export function trackRow(track: Track, log: Log, python: Track): Row {
  const { name, samples, seconds, peakBytes } = track;
  return [
    name,
    short(seconds.median),
    `${short(seconds.least)}-${short(seconds.most)}`,
    short(median(samples.map(({ cpuSeconds }) => cpuSeconds))),
    short(log.bytes / 1e6 / seconds.median),
    short(log.events / seconds.median),
    megabytes(peakBytes),
    short(timesAsFast(track, python).median),
  ];
}
