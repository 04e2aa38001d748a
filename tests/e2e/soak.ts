/**
 * A follower that is killed again and again, while logrotate rotates the log
 * and a writer never pauses.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { query } from "../support/database.ts";
import { FollowedLog } from "./follower.ts";
import { DATED, logrotate, Writer, type WriterOptions } from "./logrotate.ts";
import { until } from "./program.ts";

/** Who creates the next log, and how the one before is named and packed. */
interface Rotation {
  directives: readonly string[];
  /** What changes from one rotation to the next. */
  modes: readonly (readonly string[])[];
  /** Whether the writer creates the next log, and not logrotate. */
  creates: boolean;
}

const PLAIN: string[] = ["nocompress"];
const COMPRESSED = ["compress"];
const DELAYED = ["compress", "delaycompress"];

/**
 * Names with a date keep theirs, so that each rotation can have another mode.
 * Numbered ones cannot: `compress` moves the compressed files alone on to the
 * next number, and puts the log in the place of an uncompressed `.1`.
 */
export const ROTATIONS: Record<string, Rotation> = {
  "with dates, compressed now and then": {
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

/** How long, and how hard. */
export interface SoakOptions extends Omit<WriterOptions, "creates"> {
  seconds: number;
  /** The longest time between two rotations, and of a life, in milliseconds. */
  pause: number;
}

/** How much it was. */
export interface SoakNumbers {
  lines: number;
  bytes: number;
  rotations: number;
  kills: number;
  turns: number;
}

/**
 * Kills the program and rotates its log all the time, then lets it read the
 * rest. In the end it has what a batch run makes of all that was written, and
 * has told that.
 */
export async function soak(
  { directives, modes, creates }: Rotation,
  { seconds, pause, ...options }: SoakOptions,
): Promise<SoakNumbers> {
  await using log = new FollowedLog();
  await using writer = new Writer(log, { ...options, creates });
  log.start();
  // Before its first look ever it could not know what the log was before.
  await until(() => log.isSeen, "the first look");

  const end = performance.now() + seconds * 1000;
  let failed = false;
  const isOver = () => failed || performance.now() > end;
  let rotated = 0;
  /** Does something again and again, at random moments; how often it was. */
  const again = async (
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
    // No two in one second, of which the files would have the same name.
    again(new Random(options.seed + 1), 1000, async (round) => {
      await logrotate(log, [...directives, ...modes[round % modes.length]]);
      rotated++;
    }),
    again(random, 50, async () => {
      await log.crash();
      // Now and then it sees a rotation only afterwards.
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
