/**
 * A follower from its start to its end, and what it gives meanwhile, held
 * against what was written.
 *
 * @module
 */

import type {
  Changed,
  ChangeWatcher,
} from "../../../src/source/follow/change_watcher.ts";
import { FollowedLog } from "../../../src/source/follow/followed_log.ts";
import { Follower } from "../../../src/source/follow/follower.ts";
import { isMark, type Item } from "../../../src/source/lines.ts";
import type { Position } from "../../../src/turns/checkpoint.ts";
import type { MemoryCheckpoints } from "./memory_checkpoints.ts";
import type { Generation, World } from "./world.ts";

/** Ends a follower in the middle of what it does. */
export class Ended extends Error {}

/** A follower that is up. */
export class Life implements ChangeWatcher {
  /** What it has reported. */
  readonly messages: string[] = [];
  #world: World;
  #checkpoints: MemoryCheckpoints;
  #items: AsyncIterator<Item[]>;
  #next: Promise<IteratorResult<Item[]>> | undefined;
  /** Set while the follower waits. */
  #wake: (() => void) | undefined;
  #limit = 0;
  #waiting = Promise.withResolvers<void>();
  #beforeItem: () => void;
  /** Where lines end that no mark follows yet, by checkpoint. */
  #ends = new Map<number, Position>();
  #generations: Map<number, Generation>;
  /** When the follower was last able to say how far it has read. */
  #pausedAt = 0;

  /**
   * @param generations What is in the file of each checkpoint.
   * @param beforeItem Is called before each line and mark.
   */
  constructor(
    world: World,
    checkpoints: MemoryCheckpoints,
    generations: Map<number, Generation>,
    beforeItem: () => void,
  ) {
    this.#world = world;
    this.#checkpoints = checkpoints;
    this.#generations = generations;
    this.#beforeItem = beforeItem;
    const clock = { nowMs: () => world.nowMs, uptimeMs: () => world.nowMs };
    const parts = {
      checkpoints,
      report: (message: string) => this.messages.push(message),
      damaged: (name: string, reason: string) =>
        this.messages.push(`${name}: ${reason}`),
      ...{ clock, watcher: this },
    };
    const follower = new Follower(world.path, [
      (reading) => new FollowedLog(world.path, parts, reading),
    ], clock);
    this.#items = follower.read({ maxLineBytes: 100_000 });
  }

  watch(): undefined {}

  take(): Changed {
    return { paths: new Set(), areAll: true };
  }

  close(): void {}

  changed(limit: number): Promise<void> {
    this.#limit = limit;
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#waiting.resolve();
    });
  }

  /** Lets it work until it waits, which it does now unless it has just begun. */
  async work(): Promise<void> {
    if (this.#wake !== undefined) {
      this.#waiting = Promise.withResolvers();
      this.#wake();
      this.#wake = undefined;
    }
    while (true) {
      this.#next ??= this.#items.next();
      const result = await Promise.race([this.#next, this.#waiting.promise]);
      if (result === undefined) break;
      this.#next = undefined;
      for (const item of result.value as Item[]) {
        this.#beforeItem();
        this.#take(item);
      }
    }
  }

  /**
   * Lets time pass until it looks by itself, and lets it work.
   *
   * @returns Whether that was long enough for a scan.
   */
  async poll(): Promise<boolean> {
    const waited = Math.ceil(this.#limit);
    this.#world.nowMs += waited;
    await this.work();
    return waited >= 1000;
  }

  #take(item: Item): void {
    if (isMark(item)) {
      const position = item.position();
      this.#check(position);
      this.#checkpoints.moveCheckpoint(position);
      this.#ends.delete(position.id);
      return;
    }
    const world = this.#world;
    const text = new TextDecoder().decode(item.bytes!);
    const begin = item.place!.begin();
    const line = world.lines.get(text);
    if (line === undefined) {
      const isHalf = world.generations.some(({ isDeleted, content }) =>
        isDeleted && `${content}\n`.endsWith(`\n${text}`) ||
        content + "\n" === text
      );
      if (isHalf) return;
      throw new Error(`a line that was not written: ${text.slice(0, 80)}`);
    }
    const generation = world.generationOf(line);
    if (generation.isOld) throw new Error(`given of an old file: ${text}`);
    if (item.number !== line.number || item.start !== line.start) {
      throw new Error(
        `line ${line.number} at ${line.start} given as line ${item.number} at ${item.start}: ${
          text.slice(0, 60)
        }`,
      );
    }
    this.#generations.set(begin.id, generation);
    if (line.wasGiven && !line.mayRepeat && !generation.mayRepeat) {
      throw new Error(`given twice: ${text.slice(0, 60)}`);
    }
    const [skipped] = world.missingBefore(line);
    if (skipped !== undefined) {
      throw new Error(
        `given before ${skipped.text.slice(0, 50)}: ${text.slice(0, 60)}`,
      );
    }
    line.wasGiven = true;
    line.mayRepeat = false;
    this.#check(begin);
    this.#checkpoints.moveCheckpoint(begin);
    const end = { ...begin, offset: item.end, line: item.number };
    this.#ends.set(begin.id, end);
  }

  /** Makes sure that a position is the beginning of a line. */
  #check({ id, offset, line }: Position): void {
    const generation = this.#generations.get(id);
    if (generation === undefined || generation.isDeleted) return;
    const begin = generation.lines[line - 1]?.end ?? 0;
    if (begin !== offset) {
      throw new Error(`a mark in line ${line} at ${offset}, not at ${begin}`);
    }
  }

  /** Ends it in good order: what was given is stored. */
  stop(): void {
    for (const position of this.#ends.values()) {
      this.#checkpoints.moveCheckpoint(position);
    }
  }

  /**
   * Ends it as a kill does: what was given after the stored positions may not have
   * been emitted, so that it must be given again.
   */
  crash(): void {
    const stored = new Map<Generation, number>();
    for (const { id, offset } of this.#checkpoints.checkpointsOf()) {
      const generation = this.#generations.get(id);
      // It may begin anew, in another file.
      if (offset === 0) this.#generations.delete(id);
      if (generation === undefined) continue;
      const most = Math.max(offset, stored.get(generation) ?? 0);
      stored.set(generation, most);
    }
    for (const [{ lines }, offset] of stored) {
      for (const line of lines) if (line.end > offset) line.wasGiven = false;
    }
  }
}
