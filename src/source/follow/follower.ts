/**
 * A source that never ends: a file as it grows, across rotation (SPEC section
 * 7, `--follow`).
 *
 * @module
 */

import type { LineShape } from "../../dialect/dialect.ts";
import type { FilterOptions } from "../candidate_filter.ts";
import type { Item } from "../lines.ts";
import type { Source } from "../source.ts";
import type { Archive } from "./archive.ts";
import type { CatalogueParts } from "./catalogue.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { FollowedFiles } from "./followed_files.ts";
import { Tail } from "./tail.ts";
import { type ChangeWatcher, Watch } from "./watch.ts";

/** How often to look without being told of a change, in milliseconds. */
const POLL = 1000;
/** How long to wait between two positions that are stored for themselves. */
const MARK = 1000;
/** How long a deleted file that nobody writes to is kept open. */
const LINGER = 30_000;
/** How many rotated files are kept open: somebody may still write to them. */
const MOST_ROTATED = 16;

/** What a {@linkcode Follower} works with. */
export interface FollowerParts extends CatalogueParts {
  /** Is told what is wrong with compressed data. */
  damaged: (name: string, reason: string) => void;
  /** The system's, where none is given. */
  clock?: Clock;
  /** What waits for changes: the system's, where none is given. */
  watch?: ChangeWatcher;
}

/** Follows one file. */
export class Follower implements Source {
  readonly name: string;
  readonly size = null;
  readonly consumed = 0;
  #path: string;
  #parts: Required<FollowerParts>;
  #markedAt = -Infinity;

  /**
   * @param name The path as it was given.
   * @param path The same, absolute.
   */
  constructor(name: string, path: string, parts: FollowerParts) {
    this.name = name;
    this.#path = path;
    this.#parts = { clock: SYSTEM_CLOCK, watch: new Watch(), ...parts };
  }

  /**
   * Goes on where the last run stopped, and never ends.
   *
   * @throws {Failure} Where a file cannot be read any more, or the database not
   * written.
   */
  async *read(
    shape: LineShape,
    options: FilterOptions,
  ): AsyncGenerator<Item[]> {
    const reading = { shape, options, clock: this.#parts.clock };
    const files = new FollowedFiles(this.#path, reading, this.#parts);
    while (true) {
      // What is there now is read before what comes to be there.
      await files.look();
      let isIdle = true;
      for (const source of files.open) {
        // It may have been let go meanwhile.
        if (!files.open.includes(source)) continue;
        for await (const items of this.#available(files, source)) {
          isIdle = false;
          // Whoever wrote to an older file until now was first.
          yield* late(files, source);
          yield items;
          if (!this.#isMarkDue()) continue;
          yield* this.#settle(files);
          // So that files cannot be rotated away before they were seen.
          await files.look();
        }
      }
      if (!isIdle) continue;
      if (this.#isMarkDue()) yield* this.#settle(files);
      const wait = this.#markedAt + POLL - this.#parts.clock.uptimeMs();
      await files.changed(Math.max(1, wait));
    }
  }

  /** The lines of one file that are there now; what has no more to give is let go. */
  async *#available(
    files: FollowedFiles,
    source: Tail | Archive,
  ): AsyncGenerator<Item[]> {
    if (source instanceof Tail) {
      yield* source.available();
      // One that was let go of meanwhile can say no more how far it was read.
      if (!source.isReplaced || !files.open.includes(source)) return;
      const mark = source.mark();
      if (mark !== undefined) yield [mark];
      await files.replaced(source);
    } else {
      yield* source.items(this.#parts.damaged);
      files.ended(source);
    }
  }

  #isMarkDue(): boolean {
    return this.#parts.clock.uptimeMs() - this.#markedAt >= MARK;
  }

  /**
   * Lets go of files in which nothing more will come, and says how far the others
   * have been read; says something at least, as a sign of life.
   */
  async *#settle(files: FollowedFiles): AsyncGenerator<Item[]> {
    this.#markedAt = this.#parts.clock.uptimeMs();
    yield* retire(files, this.#parts.clock.uptimeMs());
    const marks = tailsOf(files).flatMap((tail) => tail.mark() ?? []);
    yield marks.length > 0 ? marks : [{ position: null }];
  }
}

function tailsOf({ open }: FollowedFiles): Tail[] {
  return open.filter((source) => source instanceof Tail);
}

/** What came meanwhile in the files that are older than one. */
async function* late(
  { open }: FollowedFiles,
  source: Tail | Archive,
): AsyncGenerator<Item[]> {
  for (const older of open) {
    if (older === source) return;
    if (older instanceof Tail) yield* older.available();
  }
}

/** Lets go of files in which nothing more will come; a half line in them is one. */
async function* retire(
  files: FollowedFiles,
  now: number,
): AsyncGenerator<Item[]> {
  const ended = tailsOf(files).filter((tail) => tail.isAtEnd);
  const excess = ended.length - 1 - MOST_ROTATED;
  for (const [i, tail] of ended.entries()) {
    const quiet = now - tail.grownAt;
    const isGone = quiet > LINGER && tail.isDeleted();
    if (!isGone && !(i < excess && quiet > POLL)) continue;
    yield* tail.available();
    if (tail.isReplaced) continue;
    yield tail.end();
    files.forget(tail);
  }
}
