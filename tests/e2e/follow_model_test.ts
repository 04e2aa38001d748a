/**
 * Random sequences of events in the life of a log and its follower, compared with
 * a simple model: all lines are read, in the right order.
 *
 * @module
 */

import type { Random } from "../../tools/gen_log/random.ts";
import { forSeeds } from "../support/seeds.ts";
import { exists, FollowedLog } from "./follower.ts";
import { linuxTest } from "./machine.ts";
import { until, untilStopped } from "./program.ts";

const SEEDS = 5;
const STEPS = 40;

/** A file in the model. */
interface File {
  /** Complete lines that the program may not have read yet. */
  unread: string;
  /** Whether it is no longer written to. */
  isClosed: boolean;
  /** Whether it was empty when it was rotated. */
  wasEmpty: boolean;
}

const newFile = (): File => ({
  unread: "",
  isClosed: false,
  wasEmpty: false,
});

/** A log, the files that it was rotated to, and its follower. */
class World {
  readonly log = new FollowedLog();
  readonly random: Random;
  state: "down" | "running" | "stopped" = "down";
  /** The rotated files, the newest first. */
  rotated: File[] = [];
  current = newFile();
  /** The line that was written in part. */
  half: { file: File; begin: string; rest: string } | undefined;
  /** Whether this run has shown that it handles signals. */
  isListening = false;
  /** Whether a newer file may be read before new lines of an older one. */
  isUnsure = false;
  #lines: string[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** The next line: of a turn, or at random of another event. */
  line(): string {
    if (this.random.chance(0.3)) return '{"event":"turn.delta","line":""}\n';
    if (this.#lines.length === 0) this.#lines.push(...this.log.turn());
    return this.#lines.shift()!;
  }

  lines(): string {
    let text = "";
    for (let i = this.random.below(6); i >= 0; i--) text += this.line();
    return text;
  }

  pathOf(file: File): string {
    const number = this.rotated.indexOf(file) + 1;
    return this.log.path + (number > 0 ? `.${number}` : "");
  }

  /** Whether new lines of an older file have only one possible place in the order. */
  canBeLate(file: File | undefined): file is File {
    return file !== undefined && file !== this.current && !file.isClosed &&
      (this.state === "running" || !this.isUnsure);
  }

  /** Completes the incomplete line of a file, and appends complete lines. */
  async append(file: File, text: string): Promise<void> {
    const isLate = file !== this.current && this.state === "running";
    if (isLate) await this.sync();
    let whole = text;
    if (this.half?.file === file) {
      whole = this.half.begin + this.half.rest + text;
      text = this.half.rest + text;
      this.half = undefined;
    }
    this.write(file, text);
    file.unread += whole;
    if (!isLate) return;
    const [line, mark] = this.log.mark();
    this.write(file, line);
    file.unread += line;
    await this.log.follower.emits(mark);
    this.flush();
  }

  write(file: File, text: string): void {
    Deno.writeTextFileSync(this.pathOf(file), text, { append: true });
    if (this.state === "running") this.isUnsure = true;
  }

  /** Waits until the program has read everything. */
  async sync(): Promise<void> {
    if (this.half?.file === this.current) await this.append(this.current, "");
    this.flush();
    await this.log.caughtUp();
    this.isListening = true;
    this.isUnsure = false;
  }

  /** Unread lines are read in the order of the files. */
  flush(): void {
    for (const file of [...this.rotated.toReversed(), this.current]) {
      this.log.written += file.unread;
      file.unread = "";
    }
  }

  /** Records that the file at the path was rotated. */
  recordRotation(): void {
    this.current.wasEmpty = Deno.statSync(`${this.log.path}.1`).size === 0;
    this.rotated.unshift(this.current);
    this.current = newFile();
  }

  start(): void {
    // The log must exist at the start.
    this.write(this.current, "");
    this.log.start();
    this.state = "running";
    this.isListening = false;
    this.isUnsure = true;
  }
}

type Step = (world: World) => void | Promise<void>;

/** What can happen. A step that is impossible now does nothing. */
const STEPS_BY_NAME: Record<string, Step> = {
  "write": (world) => world.append(world.current, world.lines()),
  "write half a line": async (world) => {
    if (world.half !== undefined) return;
    const line = world.line();
    const cut = world.random.between(1, line.length - 1);
    const [begin, rest] = [line.slice(0, cut), line.slice(cut)];
    await world.append(world.current, world.random.chance(0.5) ? "" : "{}\n");
    world.write(world.current, begin);
    world.half = { file: world.current, begin, rest };
  },
  "complete the line": async (world) => {
    const file = world.half?.file;
    if (file === undefined) return;
    if (file !== world.current && !world.canBeLate(file)) return;
    await world.append(file, "");
  },
  "write to .1": async (world) => {
    const [file] = world.rotated;
    if (world.canBeLate(file)) await world.append(file, world.lines());
  },
  "rename": (world) => {
    if (!exists(world.log.path)) return;
    world.log.rename();
    world.recordRotation();
  },
  "rename and create": (world) => {
    if (!exists(world.log.path)) return;
    world.log.rotate();
    world.recordRotation();
  },
  "copy and empty": (world) => {
    if (world.state === "running" || !exists(world.log.path)) return;
    // Its two parts would be in two files.
    if (world.half?.file === world.current) return;
    world.log.copyTruncate();
    world.recordRotation();
    world.rotated[0].isClosed = true;
  },
  "compress": async (world) => {
    const { random, rotated } = world;
    const file = rotated[random.below(Math.min(3, rotated.length))];
    if (!file || world.half?.file === file) return;
    if (!exists(world.pathOf(file))) return;
    // It could not be identified if it was written to since.
    if (file.wasEmpty) return;
    await world.log.compress(rotated.indexOf(file) + 1);
    file.isClosed = true;
  },
  "wait": async (world) => {
    if (world.state === "running") await world.sync();
  },
  "SIGSTOP": async (world) => {
    if (world.state !== "running") return;
    world.log.follower.kill("SIGSTOP");
    await untilStopped(world.log.follower.pid);
    world.state = "stopped";
  },
  "SIGCONT": (world) => {
    if (world.state !== "stopped") return;
    world.log.follower.kill("SIGCONT");
    world.state = "running";
    world.isUnsure = true;
  },
  "SIGTERM": async (world) => {
    if (world.state !== "running") return;
    if (!world.isListening) await world.sync();
    await world.log.stop();
    world.state = "down";
  },
  "SIGKILL": async (world) => {
    if (world.state === "down") return;
    await world.log.crash();
    world.state = "down";
  },
  "start": (world) => {
    if (world.state === "down") world.start();
  },
};
/** Does random steps, then lets the program read the rest. */
async function assertReadsAll(random: Random): Promise<void> {
  const world = new World(random);
  await using log = world.log;
  const steps: string[] = [];
  try {
    world.start();
    await until(() => log.isSeen, "the first scan");
    while (steps.length < STEPS) {
      const name = random.pick(Object.keys(STEPS_BY_NAME));
      steps.push(name);
      await STEPS_BY_NAME[name](world);
    }
    await STEPS_BY_NAME["SIGCONT"](world);
    await STEPS_BY_NAME["start"](world);
    await world.sync();
    await STEPS_BY_NAME["complete the line"](world);
    await log.stop();
    await log.assertAsBatch();
  } catch (error) {
    throw new Error(`${error}\nafter: ${steps.join(", ")}`, { cause: error });
  }
}

linuxTest(
  "SPEC 4, 7: --follow reads all lines in order in random histories of its log",
  () => forSeeds(SEEDS, assertReadsAll),
);
