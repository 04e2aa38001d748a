/**
 * Follows files as they grow (SPEC section 7, `--follow`; section 10). Such a
 * source never ends.
 *
 * @module
 */

import type { ReadOptions } from "../read_options.ts";
import type { Item } from "../lines.ts";
import type { Source } from "../source.ts";
import type { Clock } from "./change_watcher.ts";
import type { FollowedFiles, OpenFollowed } from "./followed_files.ts";

/** How long to wait for a change at most, and the time between marks, in milliseconds. */
const PERIOD = 1000;

/** Follows any number of logs and directories, in one stream. */
export class Follower implements Source {
  readonly name: string;
  readonly size = null;
  readonly consumed = 0;
  #openers: readonly OpenFollowed[];
  #clock: Clock;
  #settledAt = 0;

  /** @param name For messages: what it follows. */
  constructor(name: string, openers: readonly OpenFollowed[], clock: Clock) {
    this.name = name;
    this.#openers = openers;
    this.#clock = clock;
  }

  /**
   * Resumes where the last run stopped, and never ends. Yields marks once a
   * second, and waits for at most a second at a time.
   *
   * @throws {Failure} If a file can no longer be read, or the database cannot be
   * written.
   */
  async *read(options: ReadOptions): AsyncGenerator<Item[]> {
    const all = this.#openers.map((open) => open(options));
    try {
      yield* this.#follow(all, options.beforeWait ?? (() => {}));
    } finally {
      for (const files of all) files.close();
    }
  }

  async *#follow(
    all: FollowedFiles[],
    beforeWait: () => void,
  ): AsyncGenerator<Item[]> {
    this.#settledAt = this.#clock.uptimeMs();
    while (true) {
      // Files that exist now are read before files that appear later.
      for (const files of all) await files.look();
      let isIdle = true;
      for await (
        const items of inTurns(all.map((files) => files.available()))
      ) {
        isIdle = false;
        yield items;
        if (!this.#isDue()) continue;
        yield* this.#settle(all);
        beforeWait();
        // So that files are not rotated away before they are seen.
        for (const files of all) await files.look();
      }
      if (!isIdle) continue;
      if (this.#isDue()) yield* this.#settle(all);
      beforeWait();
      const wait = this.#settledAt + PERIOD - this.#clock.uptimeMs();
      const limit = Math.max(1, wait);
      await Promise.race(all.map((files) => files.changed(limit)));
    }
  }

  #isDue(): boolean {
    return this.#clock.uptimeMs() - this.#settledAt >= PERIOD;
  }

  async *#settle(all: FollowedFiles[]): AsyncGenerator<Item[]> {
    this.#settledAt = this.#clock.uptimeMs();
    for (const files of all) yield* files.settle();
  }
}

/** Takes one value from each generator in turn, so that none waits for another. */
async function* inTurns<T>(
  generators: readonly AsyncGenerator<T>[],
): AsyncGenerator<T> {
  const open = new Set(generators);
  try {
    while (open.size > 0) {
      for (const generator of open) {
        const { done, value } = await generator.next();
        if (done) open.delete(generator);
        else yield value;
      }
    }
  } finally {
    for (const generator of open) await generator.return(undefined);
  }
}
