/**
 * A follower that is killed repeatedly, while logrotate rotates the log and a
 * writer never pauses.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { query } from "../support/database.ts";
import { FollowedLog } from "./follower.ts";
import { DATED, logrotate, Writer, type WriterOptions } from "./logrotate.ts";
import { until } from "./program.ts";

/** How logrotate names and compresses old logs, and what creates the next log. */
interface Rotation {
  directives: readonly string[];
  /** The directives that alternate between rotations. */
  modes: readonly (readonly string[])[];
  /** Whether the writer creates the next log, instead of logrotate. */
  creates: boolean;
}

const PLAIN: string[] = ["nocompress"];
const COMPRESSED = ["compress"];
const DELAYED = ["compress", "delaycompress"];

/**
 * Files with dates keep their names, so that each rotation can have another
 * mode. Numbered files cannot: `compress` renames only compressed files to the
 * next number, and overwrites an uncompressed `.1` with the log.
 */
export const ROTATIONS: Record<string, Rotation> = {
  "with dates, sometimes compressed": {
    directives: ["create", ...DATED],
    modes: [PLAIN, COMPRESSED, DELAYED],
    creates: false,
  },
  "with numbers": {
    directives: ["nocreate"],
    modes: [PLAIN],
    creates: true,
  },
  "with numbers, compressed": {
    directives: ["create"],
    modes: [COMPRESSED],
    creates: false,
  },
  "with numbers, compressed the next time": {
    directives: ["nocreate"],
    modes: [DELAYED],
    creates: true,
  },
};

/** The duration and the load. */
export interface SoakOptions extends Omit<WriterOptions, "creates"> {
  seconds: number;
  /** The maximum time between two rotations, and of a run, in milliseconds. */
  pause: number;
}

/** The amount of work that was done. */
export interface SoakNumbers {
  lines: number;
  bytes: number;
  rotations: number;
  kills: number;
  turns: number;
}

/**
 * Kills the program and rotates its log all the time, then lets it read the
 * rest. In the end the database and the stream equal those of a batch run on
 * all lines that were written.
 */
export async function soak(
  { directives, modes, creates }: Rotation,
  { seconds, pause, ...options }: SoakOptions,
): Promise<SoakNumbers> {
  await using log = new FollowedLog();
  await using writer = new Writer(log, { ...options, creates });
  log.start();
  // Before its first scan the program does not know which file is the log.
  await until(() => log.isSeen, "the first scan");

  const end = performance.now() + seconds * 1000;
  let failed = false;
  let rotated = 0;
  let killed = 0;
  // On a slow machine it takes longer until enough has happened.
  const isOver = () =>
    failed || performance.now() > end && rotated > 1 && killed > 1;
  /** Calls `act` at random intervals, and returns how often. */
  const repeat = async (
    random: Random,
    least: number,
    act: (round: number) => Promise<void>,
  ) => {
    for (let round = 0;; round++) {
      await sleep(random.between(least, pause));
      if (isOver()) return round;
      try {
        await act(round);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const random = new Random(options.seed);
  const ends = await Promise.allSettled([
    // Two rotations in one second would give the files the same name.
    repeat(new Random(options.seed + 1), 1000, async (round) => {
      await logrotate(log, [...directives, ...modes[round % modes.length]]);
      rotated++;
    }),
    repeat(random, 50, async () => {
      await log.crash();
      killed++;
      // Sometimes the log is rotated while the program is down.
      if (random.chance(0.5)) {
        const before = rotated;
        await until(() => rotated > before || isOver(), "a rotation");
      }
      log.start();
    }),
  ]);
  const [rotations, kills] = ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });

  await writer.stop();
  await log.stop();
  await log.assertAsBatchOf(writer.record);
  assertEquals(query(log.db, "PRAGMA integrity_check"), [["ok"]]);
  const [[turns]] = query<[number]>(log.db, "SELECT count(*) FROM turns");
  return { ...await sizeOf(writer.record), rotations, kills, turns };
}

async function sizeOf(path: string) {
  using file = Deno.openSync(path);
  let [lines, bytes] = [0, 0];
  for await (const chunk of file.readable) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      lines++;
    }
  }
  return { lines, bytes };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
