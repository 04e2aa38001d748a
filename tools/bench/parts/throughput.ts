/**
 * Reading whole logs: the program beside the Python script and the floors.
 *
 * @module
 */

import {
  ITEM,
  PROFILE_ENDS,
  PROFILE_ITEMS,
  PROFILE_PROMPTS,
  PROFILE_SHUTDOWNS,
  TURN_EVENTS,
} from "../../gen_log/profile.ts";
import { generatedLog, type Log } from "../logs.ts";
import { beside, python } from "../measure.ts";
import type { Part, Result, Setting, Target } from "../part.ts";
import {
  race,
  type Runner,
  timesAsFast,
  type Track,
  TRACK_HEADER,
  trackRow,
} from "../race.ts";
import { megabytes, short } from "../table.ts";

const PIPE = "turn-counter, pipe";
const SOURCE = "turn-counter --source";
const PYTHON = "Python script, pipe";
const STREAM = "floor: Deno.stdin.readable, pipe";
const READ = "floor: await Deno.stdin.read, pipe";
const GREP = "floor: grep -cF, file";

/** The programs that make turns of a log, each with a database. */
function programs({ program, folder }: Setting, log: Log): Runner[] {
  const feed = ["cat", log.path];
  const withDb = (name: string, argv: string[], feed?: string[]) => {
    const db = `${folder}/${name.replace(/\W+/g, "-")}.db`;
    return { name, db, argv: [...argv, "--db", db], feed };
  };
  return [
    withDb(PIPE, program, feed),
    withDb(SOURCE, [...program, "--source", log.path]),
    withDb(PYTHON, ["python3", beside("yardstick.py")], feed),
  ];
}

/** Programs that only read the log: nothing can be faster. */
function floors(log: Log): Runner[] {
  const feed = ["cat", log.path];
  const deno = [Deno.execPath(), "run", "--quiet", "--no-config"];
  // The quickest locale for grep; its exit code 1 says that it found nothing.
  const grep = ["env", "LC_ALL=C", "grep", "-cF"];
  grep.push(...TURN_EVENTS.flatMap((name) => ["-e", name]));
  const codes = [1];
  return [
    { name: STREAM, argv: [...deno, beside("floors/count_readable.ts")], feed },
    { name: READ, argv: [...deno, beside("floors/count_read.ts")], feed },
    { name: "floor: wc -l, pipe", argv: ["wc", "-l"], feed },
    { name: "floor: grep -cF, pipe", argv: grep, feed, codes },
    { name: GREP, argv: [...grep, log.path], codes },
  ];
}

/** Races the programs on a log, and some floors, and compares the tables. */
async function compare(
  setting: Setting,
  title: string,
  log: Log,
  targets: (tracks: Map<string, Track>) => Target[],
  others: Runner[] = floors(log),
): Promise<Result> {
  const all = programs(setting, log);
  const tracks = await race(setting, [...all, ...others]);
  const dbOf = (name: string) => all.find((it) => it.name === name)!.db!;
  const same = [];
  for (const name of [PIPE, SOURCE]) {
    same.push(await python("same_tables.py", dbOf(name), dbOf(PYTHON)));
  }
  const { turns } = same[0].rows;
  return {
    title: `${title}: ${log.events} events, ${megabytes(log.bytes)} MB`,
    header: TRACK_HEADER,
    rows: [...tracks.values()].map((track) =>
      trackRow(track, log, tracks.get(PYTHON)!)
    ),
    notes: [
      `The tables of all three are the same, ${short(turns)} turns.`,
      ...(others.length > 0 ? floorNotes(tracks) : []),
    ],
    targets: targets(tracks),
    data: { log, same, tracks: [...tracks.values()] },
  };
}

/** How the program stands to the floors: times their time, pair by pair. */
function floorNotes(tracks: Map<string, Track>): string[] {
  const against = (name: string, floor: string) => {
    const times = timesAsFast(tracks.get(floor)!, tracks.get(name)!);
    return `${name} takes ${short(times.median)} times as long as ${floor} ` +
      `(${short(times.least)} to ${short(times.most)}).`;
  };
  return [against(PIPE, STREAM), against(PIPE, READ), against(SOURCE, GREP)];
}

function fasterThanPython(
  tracks: Map<string, Track>,
  pipe: number,
  source: number,
): Target[] {
  const target = (name: string, limit: number): Target => ({
    name: `${name}, times as fast as the Python script`,
    value: timesAsFast(tracks.get(name)!, tracks.get(PYTHON)!),
    limit,
    bound: "at least",
    unit: "",
  });
  return [target(PIPE, pipe), target(SOURCE, source)];
}

/** A log with lines of 40 to 100 MB among the others. */
export const giants: Part = async (setting) => {
  const { events, giants, giantBytes } = setting.scale;
  const log = await generatedLog(setting, {
    events,
    giants,
    "giant-bytes": giantBytes.join("-"),
  });
  return await compare(setting, "With giant lines", log, (tracks) => [
    ...fasterThanPython(tracks, 5, 6),
    {
      name: "peak memory on that log",
      value: tracks.get(PIPE)!.peakBytes / 1e6,
      limit: 90,
      bound: "at most",
      unit: " MB",
    },
  ]);
};

/** A log of the same profile without giant lines. */
export const plain: Part = async (setting) => {
  const log = await generatedLog(setting, { events: setting.scale.events });
  return await compare(
    setting,
    "Without giant lines",
    log,
    (tracks) => fasterThanPython(tracks, 3.5, 4),
  );
};

/** A log of prompts, finished items and ends, and of nothing else. */
export const turnEvents: Part = async (setting) => {
  const prompts = setting.scale.turnPrompts;
  const others = PROFILE_ITEMS + PROFILE_ENDS + PROFILE_SHUTDOWNS;
  const events = prompts + Math.ceil(prompts * others / PROFILE_PROMPTS);
  const log = await generatedLog(setting, { events, prompts });
  const count = countTurnEvents(await Deno.readTextFile(log.path));
  const result = await compare(
    setting,
    "Nothing but turn events and other finished items",
    log,
    (tracks) => fasterThanPython(tracks, 5, 5),
    [],
  );
  const note = `${
    short(count)
  } of the events are prompts, answers and ends, each committed.`;
  return { ...result, notes: [note, ...result.notes] };
};

/** How many lines of a generated log are prompts, answers or ends. */
function countTurnEvents(log: string): number {
  const answer =
    /^\{"event":"response\.output_item\.done".*\\"type\\":\\"message\\"/;
  const heads = TURN_EVENTS.filter((name) => name !== ITEM)
    .map((name) => `{"event":"${name}"`);
  const isTurnEvent = (line: string) =>
    heads.some((head) => line.startsWith(head)) ||
    answer.test(line) && !line.includes('\\"role\\":\\"user\\"');
  return log.split("\n").filter(isTurnEvent).length;
}

/** A log without turn events: reading and filtering, nothing else. */
export const noTurns: Part = async (setting) => {
  const { events, giants, giantBytes } = setting.scale;
  const log = await generatedLog(setting, {
    events,
    giants,
    "giant-bytes": giantBytes.join("-"),
    "no-turns": "",
  });
  return await compare(setting, "Without turn events", log, (tracks) => {
    const times = (name: string, floor: string) =>
      timesAsFast(tracks.get(floor)!, tracks.get(name)!);
    return [
      {
        name: `${PIPE}, times the time of ${READ}`,
        value: times(PIPE, READ),
        limit: 1.5,
        bound: "at most",
        unit: "",
      },
      {
        name: `${SOURCE}, times the time of ${GREP}`,
        value: times(SOURCE, GREP),
        limit: 1,
        bound: "at most",
        unit: "",
      },
    ];
  });
};
