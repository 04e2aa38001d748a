/**
 * A follower of a directory from its start to its end, held against what was
 * written.
 *
 * @module
 */

import type {
  Changed,
  ChangeWatcher,
  Unwatched,
} from "../../../src/source/follow/change_watcher.ts";
import { Follower } from "../../../src/source/follow/follower.ts";
import { isMark, type Item } from "../../../src/source/lines.ts";
import { FollowedTree } from "../../../src/source/tree/followed_tree.ts";
import type { Position } from "../../../src/turns/checkpoint.ts";
import type { MemoryCheckpoints } from "../follow/memory_checkpoints.ts";
import type { Line, TreeWorld } from "./tree_world.ts";

class Ended extends Error {}

/** A follower that is up. */
export class TreeLife implements ChangeWatcher {
  /** Whether the system reports changes. */
  #isWatched: boolean;
  #world: TreeWorld;
  #checkpoints: MemoryCheckpoints;
  #items: AsyncIterator<Item[]>;
  #next: Promise<IteratorResult<Item[]>> | undefined;
  /** Set while the follower waits. */
  #wake: PromiseWithResolvers<void> | undefined;
  #waiting = Promise.withResolvers<void>();
  /** Where lines end that no mark follows yet, by checkpoint. */
  #ends = new Map<number, Position>();
  /** Lines that were given, by the end of each and its checkpoint. */
  #given: { line: Line; id: number; end: number }[] = [];

  constructor(
    world: TreeWorld,
    checkpoints: MemoryCheckpoints,
    isWatched: boolean,
  ) {
    this.#world = world;
    this.#checkpoints = checkpoints;
    this.#isWatched = isWatched;
    const clock = { nowMs: () => world.nowMs, uptimeMs: () => world.nowMs };
    const fail = (...what: string[]) => {
      throw new Error(what.join(": "));
    };
    const parts = { checkpoints, report() {}, damaged: fail, clock };
    const follower = new Follower("root", [
      (reading) =>
        new FollowedTree([world.root], { ...parts, watcher: this }, reading),
    ], clock);
    this.#items = follower.read({ maxLineBytes: 100_000 });
  }

  watch(): Unwatched | undefined {
    this.#world.isWatched = true;
    return this.#isWatched ? undefined : { reason: "none left", limit: "x" };
  }

  take(): Changed {
    const paths = this.#isWatched ? this.#world.changed : new Set<string>();
    this.#world.changed = new Set();
    return { paths, areAll: true };
  }

  changed(): Promise<void> {
    this.#wake = Promise.withResolvers();
    this.#waiting.resolve();
    return this.#wake.promise;
  }

  close(): void {}

  /** Lets it work until it waits. */
  async work(): Promise<void> {
    if (this.#wake !== undefined) {
      this.#waiting = Promise.withResolvers();
      this.#wake.resolve();
      this.#wake = undefined;
    }
    while (true) {
      this.#next ??= this.#items.next();
      const result = await Promise.race([this.#next, this.#waiting.promise]);
      if (result === undefined) return;
      this.#next = undefined;
      for (const item of result.value as Item[]) this.#take(item);
    }
  }

  /** Lets it work until it has looked at every file, and read all. */
  async catchUp(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await this.work();
      this.#world.nowMs += 1000;
    }
    if (!this.#isWatched) this.#world.nowMs += 60_000;
    await this.work();
    for (const lines of this.#world.logs) {
      const missing = lines.find(({ wasGiven }) => !wasGiven);
      if (missing === undefined) continue;
      throw new Error(`not given: ${nameOf(missing)}`);
    }
    this.#world.settle();
  }

  #take(item: Item): void {
    if (isMark(item)) {
      const position = item.position();
      this.#checkpoints.moveCheckpoint(position);
      this.#ends.delete(position.id);
      return;
    }
    const text = new TextDecoder().decode(item.bytes!).trimEnd();
    const lines = this.#world.logs
      .find((lines) => lines.some((line) => line.text === text));
    // Its file may be gone or rewritten by now.
    const line = lines?.find((line) => line.text === text);
    if (line !== undefined) this.#give(line, lines!);
    const begin = item.place!.begin();
    this.#checkpoints.moveCheckpoint(begin);
    const end = { ...begin, offset: item.end, line: item.number };
    this.#ends.set(begin.id, end);
    if (line) this.#given.push({ line, id: begin.id, end: item.end });
  }

  #give(line: Line, lines: Line[]): void {
    const name = nameOf(line);
    if (line.wasGiven && line.repeats-- === 0) {
      throw new Error(`repeated: ${name}`);
    }
    const before = lines.slice(0, lines.indexOf(line));
    // What was rewritten may be given of the file before.
    if (line.repeats === 0 && !before.every(({ wasGiven }) => wasGiven)) {
      throw new Error(`given before earlier lines of its file: ${name}`);
    }
    line.wasGiven = true;
  }

  /** Ends it in good order: what was given is stored. */
  async stop(): Promise<void> {
    await this.#end();
    for (const position of this.#ends.values()) {
      this.#checkpoints.moveCheckpoint(position);
    }
  }

  /**
   * Ends it as a kill does: what was given after the stored positions may not have
   * been emitted, so that it must be given again.
   */
  async crash(): Promise<void> {
    await this.#end();
    const stored = new Map(
      this.#checkpoints.checkpointsOf().map(({ id, offset }) => [id, offset]),
    );
    const emitted = new Set<Line>();
    for (const { line, id, end } of this.#given) {
      if (end > (stored.get(id) ?? 0)) line.repeats++;
      else emitted.add(line);
    }
    for (const line of new Set(this.#given.map(({ line }) => line))) {
      if (emitted.has(line)) continue;
      line.wasGiven = false;
      line.repeats--;
    }
  }

  /** Ends it while it waits, as every wait can end. */
  async #end(): Promise<void> {
    await this.work();
    this.#wake!.reject(new Ended());
    try {
      await this.#next;
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
  }
}

function nameOf({ text }: Line): string {
  return /line \d+/.exec(text)![0];
}
