/**
 * Peak memory, which must not depend on the input.
 *
 * @module
 */

import { generate, generatedLog } from "../logs.ts";
import { beside, measure, removeDatabase, type Sample } from "../measure.ts";
import type { Part } from "../part.ts";
import { median } from "../statistics.ts";
import { megabytes, short } from "../table.ts";

interface Input {
  name: string;
  feed: string[];
  /** How often it is measured: garbage collection makes a difference. */
  runs: number;
}

/** A log, one ten times as long, and a single line of 1 GB. */
export const memory: Part = async (setting) => {
  const { program, folder, scale, say } = setting;
  const { events, giants, giantBytes, longLine } = scale;
  const profile = { giants, "giant-bytes": giantBytes.join("-") };
  const log = await generatedLog(setting, { events, ...profile });
  const longer = { events: 10 * events, ...profile, giants: 10 * giants };
  const lineOf = (...words: (string | number)[]) => [
    "python3",
    beside("long_line.py"),
    ...words.map(String),
  ];
  const gigabytes = `line of ${short(longLine / 1e9)} GB`;
  const inputs: Input[] = [
    { name: "one short line", feed: lineOf(500), runs: 3 },
    { name: `one ${gigabytes}`, feed: lineOf(longLine), runs: 1 },
    {
      name: `one ${gigabytes}, its event last`,
      feed: lineOf(longLine, "last"),
      runs: 1,
    },
    { name: "the log", feed: ["cat", log.path], runs: 3 },
    // Straight from the generator: on disk it would be gigabytes.
    { name: "a log ten times as long", feed: generate(longer), runs: 3 },
  ];
  const db = `${folder}/memory.db`;
  const argv = [...program, "--db", db];
  const data = [];
  for (const { name, feed, runs } of inputs) {
    say(`memory: ${name}`);
    const samples: Sample[] = [];
    while (samples.length < runs) {
      await removeDatabase(db);
      samples.push(await measure({ argv, feed }));
    }
    const peakBytes = median(samples.map(({ peakBytes }) => peakBytes));
    data.push({ name, peakBytes, samples });
  }
  await removeDatabase(db);
  const [shortLine, line, , once, tenfold] = data.map((it) => it.peakBytes);
  return {
    title: "Peak memory of turn-counter on a pipe",
    header: ["input", "peak MB", "runs", "s"],
    rows: data.map(({ name, peakBytes, samples }) => [
      name,
      megabytes(peakBytes),
      String(samples.length),
      short(median(samples.map(({ seconds }) => seconds))),
    ]),
    notes: [
      "The seconds include making the input. A line that does not begin with its",
      "event may yet be a prompt: it is kept, up to --max-line-bytes, until it ends.",
    ],
    targets: [
      {
        name: "peak memory, the log",
        value: once / 1e6,
        limit: 90,
        bound: "at most",
        unit: " MB",
      },
      {
        name: "peak memory, ten times the log to once",
        value: tenfold / once,
        limit: 1.1,
        bound: "at most",
        unit: "",
      },
      {
        name: `peak memory, ${gigabytes} more than a short one`,
        value: (line - shortLine) / 1e6,
        // What any reader's buffers and heap grow by; not the line.
        limit: 16,
        bound: "at most",
        unit: " MB",
      },
    ],
    data,
  };
};
