/**
 * Random histories of a log and its follower.
 *
 * @module
 */

import { Random } from "../../../tools/gen_log/random.ts";
import { hasZstd } from "../stored_zstd.ts";
import { TempDir } from "../temp.ts";
import { Ended, Life } from "./life.ts";
import { MemoryCheckpoints } from "./memory_checkpoints.ts";
import { SystemCalls } from "./system_calls.ts";
import { type Customs, type Generation, World } from "./world.ts";

/** One step. What it does in detail its own seed says, whatever else happens. */
export interface Step {
  name: keyof typeof STEPS;
  seed: number;
  /**
   * Before which of the follower's next looks and lines it happens; `null`:
   * while the follower waits.
   */
  at: number | null;
}

/** What happens to a log and its follower, from a first start to the end. */
export interface History {
  customs: Customs;
  steps: Step[];
}

/** What a step works with. */
interface Actors {
  world: World;
  random: Random;
}

type Act = (actors: Actors) => void;

/** The text of a line that was not there before */
function lineOf({ world, random }: Actors): string {
  const isOther = random.chance(0.2);
  // More than the bytes by which a file is known.
  const padding = random.chance(0.2) ? random.hex(600) : "";
  const name = isOther ? "turn.delta" : "turn.user_message";
  const own = `"n":${world.nextNumber++}`;
  return world.customs.beginsAlike
    ? `{"event":"${name}",${own},"p":"${padding}"}`
    : `{${own},"event":"${name}","p":"${padding}"}`;
}

function linesOf(actors: Actors): string[] {
  const count = 1 + actors.random.below(4);
  return Array.from({ length: count }, () => lineOf(actors));
}

/** What can happen to the log. Where it cannot just now, nothing does. */
const ACTS = {
  "write": (actors) => actors.world.write(linesOf(actors)),
  "write half a line": (actors) =>
    actors.world.writeHalf(lineOf(actors), actors.random.next()),
  "complete the line": ({ world }) => world.completeLine(),
  "write late": (actors) => actors.world.writeLate(linesOf(actors)),
  "write late and on": (actors) => {
    actors.world.writeLate(linesOf(actors));
    actors.world.write(linesOf(actors));
  },
  "rename": ({ world }) => world.rename(false),
  "rename and create": ({ world }) => world.rename(true),
  "copy and truncate": ({ world }) => world.copyAndTruncate(),
  "begin to copy": ({ world }) => world.beginCopy(),
  "compress": ({ world, random }) => world.compress(random.below(3), "at once"),
  "begin to compress": ({ world, random }) =>
    world.compress(random.below(3), "in pieces"),
  "begin to move an archive": ({ world, random }) =>
    world.compress(random.below(3), "moved"),
  "proceed": ({ world, random }) => world.proceed(random.next()),
  "complete": ({ world }) => world.complete(),
  "truncate": ({ world }) => world.truncate(),
  "delete the log": ({ world }) => world.remove("log"),
  "delete the oldest": ({ world }) => world.remove("oldest"),
  "forbid or allow": ({ world, random }) => world.forbid(random.between(-1, 2)),
} satisfies Record<string, Act>;

/** All steps, and how often each is taken. */
const STEPS = {
  "write": 10,
  "write half a line": 3,
  "complete the line": 2,
  "write late": 3,
  "write late and on": 4,
  "rename": 2,
  "rename and create": 4,
  "copy and truncate": 3,
  "begin to copy": 3,
  "compress": 3,
  "begin to compress": 1,
  "begin to move an archive": 1,
  "proceed": 6,
  "complete": 2,
  "truncate": 0.5,
  "delete the log": 0.5,
  "delete the oldest": 1,
  "forbid or allow": 1,
  "work": 8,
  "poll": 6,
  "catch up": 2,
  "wait long": 1,
  "start": 8,
  "stop": 2,
  "crash": 2,
};

const NAMES = Object.keys(STEPS) as Step["name"][];
const TOTAL = Object.values(STEPS).reduce((sum, weight) => sum + weight);
const MOST_STEPS = 40;
/** Before how many of the next looks a step may happen. */
const MOST_LOOKS = 100;

/** A random history. */
export function randomHistory(random: Random): History {
  const steps = Array.from(
    { length: random.between(5, MOST_STEPS) },
    (): Step => ({
      name: pickName(random),
      seed: random.below(2 ** 31),
      at: random.chance(0.3) ? random.below(MOST_LOOKS) : null,
    }),
  );
  const customs: Customs = {
    names: random.pick(["numbers", "dates"]),
    header: random.pick([
      ...["never", "never", "with the first line", "at once"] as const,
    ]),
    beginsAlike: random.chance(0.7),
    oldFiles: random.chance(0.2) ? random.between(1, 2) : 0,
    archives: hasZstd && random.chance(0.5) ? "zstd" : "gzip",
  };
  return { customs, steps };
}

function pickName(random: Random): Step["name"] {
  let left = random.next() * TOTAL;
  return NAMES.find((name) => (left -= STEPS[name]) < 0) ?? "write";
}

/**
 * Plays a history, and holds what the follower gives against what was written.
 *
 * @throws Where a line is skipped, given twice or out of order.
 */
export async function play(history: History): Promise<void> {
  using player = new Player(history.customs);
  try {
    await player.play(history.steps);
  } catch (error) {
    throw new Error(`${error}\n${player}`, { cause: error });
  }
}

class Player implements Disposable {
  #dir = new TempDir();
  #world: World;
  #checkpoints = new MemoryCheckpoints();
  #generations = new Map<number, Generation>();
  #life: Life | undefined;
  #lives = 0;
  #messages: string[] = [];
  #calls: SystemCalls;
  /** What is to happen, and before how many more looks. */
  #armed: { act: () => void; looks: number } | undefined;
  /** Whether something happened while the follower was looking. */
  #isDisturbed = false;

  constructor(customs: Customs) {
    this.#world = new World(this.#dir.path, customs);
    this.#calls = new SystemCalls((call, path) => {
      this.#tick();
      if (call === "open" && this.#world.isForbidden(path)) {
        throw new Deno.errors.PermissionDenied("forbidden (os error 13)");
      }
    });
  }

  async play(steps: Step[]): Promise<void> {
    await this.#start();
    for (const step of steps) await this.#do(step);
    this.#world.complete();
    this.#world.completeLine();
    this.#world.allowAll();
    await this.#start();
    await this.#catchUp();
  }

  async #do({ name, seed, at }: Step): Promise<void> {
    const random = new Random(seed);
    const world = this.#world;
    world.nowMs += random.chance(0.2) ? random.below(3000) : random.below(20);
    const act = this.#actOf(name, random);
    if (act === undefined) {
      if (name === "start") await this.#start();
      if (this.#life === undefined) return;
      if (name === "work") await this.#work();
      else if (name === "poll") await this.#poll();
      else if (name === "catch up") await this.#catchUp();
      else if (name === "wait long") {
        world.waitLong();
        for (let i = 0; i < 2; i++) await this.#poll();
      }
    } else if (at === null || this.#life === undefined) {
      this.#now(act);
    } else {
      this.#armed = { act, looks: at };
      await (random.chance(0.5) ? this.#work() : this.#poll());
      // It may have had less to do.
      this.#fire();
    }
  }

  #actOf(name: Step["name"], random: Random): (() => void) | undefined {
    if (name in ACTS) {
      const act: Act = ACTS[name as keyof typeof ACTS];
      return () => act({ world: this.#world, random });
    }
    if (name !== "stop" && name !== "crash") return undefined;
    return () => {
      if (this.#life === undefined) return;
      if (name === "stop") this.#life.stop();
      else this.#life.crash();
      this.#end();
      throw new Ended();
    };
  }

  /** Does something of which the end of the follower may come. */
  #now(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
  }

  /** What is armed is due one look sooner. */
  #tick(): void {
    // Nothing that has ended looks at anything.
    if (this.#life === undefined) throw new Ended();
    if (this.#armed === undefined || this.#armed.looks-- > 0) return;
    const { act } = this.#armed;
    this.#armed = undefined;
    this.#isDisturbed = true;
    act();
  }

  #fire(): void {
    const armed = this.#armed;
    this.#armed = undefined;
    if (armed !== undefined) this.#now(armed.act);
  }

  async #start(): Promise<void> {
    if (this.#life !== undefined) return;
    const isFirst = this.#checkpoints.checkpointsOf().length === 0;
    this.#world.start(++this.#lives, isFirst);
    this.#life = new Life(
      this.#world,
      this.#checkpoints,
      this.#generations,
      () => this.#tick(),
    );
    await this.#work();
  }

  #end(): void {
    this.#messages.push(...this.#life!.messages);
    this.#life = undefined;
    this.#world.end();
    this.#calls.closeAll();
  }

  #work = () => this.#let((life) => life.work().then(() => false));
  #poll = () => this.#let((life) => life.poll());

  /** @param act Says whether the follower must have scanned meanwhile. */
  async #let(act: (life: Life) => Promise<boolean>): Promise<void> {
    if (this.#life === undefined) return;
    this.#isDisturbed = false;
    try {
      const hasScanned = await act(this.#life);
      if (hasScanned && !this.#isDisturbed) this.#world.wasSeen();
    } catch (error) {
      // Its files are closed by then, whatever it still tries to do.
      if (this.#life !== undefined) throw error;
    }
  }

  /** Waits for as long as it may take the follower to read all that is there. */
  async #catchUp(): Promise<void> {
    for (let i = 0; i < 4; i++) await this.#poll();
    const [missing] = this.#world.missing();
    if (missing !== undefined) {
      throw new Error(`not given: ${missing.text.slice(0, 60)}`);
    }
  }

  toString(): string {
    const messages = [...this.#messages, ...this.#life?.messages ?? []];
    return [`${this.#world}`, ...messages].join("\n");
  }

  [Symbol.dispose](): void {
    this.#calls.closeAll();
    this.#calls[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }
}
