/**
 * A source that never ends: a file as it grows, across rotation (SPEC section
 * 7, `--follow`).
 *
 * @module
 */

import type { LineShape } from "../../dialect/dialect.ts";
import { isAbsolute, join } from "node:path";
import { Failure, UsageError } from "../../error.ts";
import type { FilterOptions } from "../candidate_filter.ts";
import type { Item } from "../lines.ts";
import { unlessMissing } from "../../system/unless_missing.ts";
import { reasonOf, type Source, unreadable } from "../source.ts";
import { archiveItems, isArchive } from "./archive.ts";
import {
  type Entry,
  entryAt,
  rotatedFiles,
  rotatedName,
  sameFile,
  splitPath,
} from "./files.ts";
import type { Checkpoint, CheckpointStore } from "./position.ts";
import type { Reading } from "./progress.ts";
import { survey } from "./survey.ts";
import { Tail } from "./tail.ts";
import { Watch } from "./watch.ts";

/** How often to look without being told of a change, in milliseconds. */
const POLL = 1000;
/** How long to wait between two positions that are stored for themselves. */
const MARK = 1000;
/** How long a deleted file that nobody writes to is kept open. */
const LINGER = 30_000;
/** How many rotated files are kept open: somebody may still write to them. */
const MOST_ROTATED = 16;
/** How often to look again where files move while they are looked at. */
const MOST_ATTEMPTS = 10;

/** What a {@linkcode Follower} works with. */
export interface FollowerParts {
  checkpoints: CheckpointStore;
  /** Is told what a person may want to know. */
  tell: (message: string) => void;
  /** Is told what is wrong with compressed data. */
  damaged: (name: string, reason: string) => void;
}

/** A rotated file that was compressed and is still to be read. */
interface Archive {
  id: number;
  entry: Entry;
  checkpoint: Checkpoint;
}

/**
 * Makes sure that a file can be followed; it need not be there yet.
 *
 * @returns Its absolute path.
 * @throws {UsageError} Where it cannot.
 */
export function checkFollowable(name: string): string {
  try {
    const { directory, name: file } = splitPath(
      isAbsolute(name) ? name : `${Deno.cwd()}/${name}`,
    );
    const path = join(Deno.realPathSync(directory), file);
    const info = unlessMissing(() => Deno.statSync(path));
    if (info?.isDirectory) throw new UsageError("it is a directory");
    if (info?.isFile === false) {
      throw new UsageError("only a file can be followed");
    }
    if (info !== undefined && isArchive(path)) {
      throw new UsageError("what is compressed does not grow");
    }
    return path;
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** Follows one file. */
export class Follower implements Source {
  readonly name: string;
  #path: string;
  #checkpoints: CheckpointStore;
  #tell: (message: string) => void;
  #damaged: (name: string, reason: string) => void;
  #watch: Watch;
  /** What is being read, the oldest first. */
  #open: (Tail | Archive)[] = [];
  #startedMs = Date.now();
  #markedAt = 0;
  #refused = false;

  /**
   * @param name The path as it was given.
   * @param path The same, absolute.
   */
  constructor(name: string, path: string, parts: FollowerParts) {
    this.name = name;
    this.#path = path;
    this.#checkpoints = parts.checkpoints;
    this.#tell = parts.tell;
    this.#damaged = parts.damaged;
    const { directory, name: file } = splitPath(path);
    const rotated = rotatedName(file);
    this.#watch = new Watch(
      directory,
      (name) => name === file || rotated.test(name),
    );
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
    const reading = { shape, options };
    await this.#survey(reading);
    while (true) {
      // What is there now is read before what comes to be there.
      await this.#look(reading);
      let isIdle = true;
      for (const source of [...this.#open]) {
        for await (const items of this.#available(source, reading)) {
          isIdle = false;
          yield items;
          if (!this.#isMarkDue()) continue;
          yield this.#marks();
          // So that files cannot be rotated away before they were seen.
          await this.#look(reading);
        }
      }
      if (!isIdle) continue;
      yield* this.#retire();
      if (this.#isMarkDue()) yield this.#marks();
      await this.#watch.wait(
        Math.max(1, this.#markedAt + POLL - performance.now()),
      );
    }
  }

  /** The lines of one file that are there now; what has no more to give is let go. */
  async *#available(
    source: Tail | Archive,
    reading: Reading,
  ): AsyncGenerator<Item[]> {
    if (source instanceof Tail) {
      yield* source.available();
      if (!source.isReplaced) return;
      source.close();
      this.#forget(source);
      await this.#survey(reading);
    } else {
      const { entry, checkpoint } = source;
      yield* archiveItems(entry.path, checkpoint, reading, (reason) => {
        this.#damaged(entry.path, reason);
      });
      this.#forget(source);
    }
  }

  /** Lets go of files in which nothing more will come; a half line in them is one. */
  *#retire(): Generator<Item[]> {
    const tails = this.#open.filter((source) => source instanceof Tail);
    const excess = tails.length - 1 - MOST_ROTATED;
    for (const [i, tail] of tails.entries()) {
      const isQuiet = performance.now() - tail.grownAt > LINGER;
      if (i >= excess && !(isQuiet && tail.isDeleted())) continue;
      yield tail.end();
      tail.close();
      this.#forget(tail);
    }
  }

  #forget(source: Tail | Archive): void {
    this.#open = this.#open.filter((other) => other !== source);
  }

  #isMarkDue(): boolean {
    return performance.now() - this.#markedAt >= MARK;
  }

  /** How far all files have been read; one mark at least, as a sign of life. */
  #marks(): Item[] {
    this.#markedAt = performance.now();
    const marks = this.#open.flatMap((source) =>
      source instanceof Tail ? source.mark() ?? [] : []
    );
    return marks.length > 0 ? marks : [{ position: null }];
  }

  /** Looks whether there is another file at the path. */
  async #look(reading: Reading): Promise<void> {
    const current = entryAt(this.#path);
    const isOpen = current === undefined ||
      this.#open.some((source) =>
        source instanceof Tail && sameFile(source.identity, current.identity)
      );
    if (!isOpen) await this.#survey(reading);
  }

  /** Opens the files that are to be read, however often they move meanwhile. */
  async #survey(reading: Reading): Promise<void> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      try {
        if (await this.#trySurvey(reading)) return;
      } catch (error) {
        const cause = error instanceof Failure ? error.cause : error;
        if (cause instanceof Deno.errors.NotFound) continue;
        if (!(cause instanceof Deno.errors.PermissionDenied)) throw error;
        return this.#tellRefusal(cause);
      }
    }
  }

  /** @returns Whether all files were still where they had been. */
  async #trySurvey(reading: Reading): Promise<boolean> {
    const nowMs = Date.now();
    const before = entryAt(this.#path);
    const rotated = rotatedFiles(this.#path);
    const current = entryAt(this.#path);
    if (!isSame(before, current)) return false;
    const checkpoints = this.#checkpoints.checkpointsOf(this.#path);
    const lookedMs = Math.max(...checkpoints.map(({ seenMs }) => seenMs));
    const isOpen = (id: number) => this.#open.some((open) => open.id === id);
    const { found, unread } = await survey({
      ...{ checkpoints, isOpen, rotated, current },
      lookedMs: checkpoints.length > 0 ? lookedMs : this.#startedMs,
    });
    const added = this.#checkpoints.transaction(() => {
      this.#locate(checkpoints.filter(({ id }) => !isOpen(id)), found);
      const added = unread.map((entry) =>
        [
          this.#checkpoints.addCheckpoint(this.#path, entry.identity, nowMs),
          entry,
        ] as const
      );
      this.#checkpoints.pruneCheckpoints(this.#path);
      return added;
    });
    return [...found, ...added].every(([checkpoint, entry]) =>
      isOpen(checkpoint.id) || (checkpoint.done && entry !== current) ||
      this.#openFile(checkpoint, entry, reading)
    );
  }

  /** Remembers where known files are now. */
  #locate(checkpoints: Checkpoint[], found: Map<Checkpoint, Entry>): void {
    for (const checkpoint of checkpoints) {
      const { id, identity, offset, line, done } = checkpoint;
      const entry = found.get(checkpoint);
      if (entry !== undefined) {
        const isKnown = identity && sameFile(identity, entry.identity);
        if (!isKnown) this.#checkpoints.locateCheckpoint(id, entry.identity);
      } else if (identity !== null && !done) {
        this.#checkpoints.locateCheckpoint(id, null);
        if (offset === 0) continue;
        this.#tell(
          `the file that was ${
            JSON.stringify(this.name)
          } is gone or was cut off; what came in it behind line ${line}, if anything, was not read`,
        );
      }
    }
  }

  #openFile(checkpoint: Checkpoint, entry: Entry, reading: Reading): boolean {
    if (isArchive(entry.path)) {
      this.#open.push({ id: checkpoint.id, checkpoint, entry });
    } else {
      const tail = Tail.open(entry, checkpoint, reading);
      if (tail === undefined) return false;
      this.#open.push(tail);
    }
    this.#open.sort((a, b) => a.id - b.id);
    this.#refused = false;
    return true;
  }

  /** Tells once that a file may not be read; it is tried again. */
  #tellRefusal(error: Error): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#tell(
      `cannot read ${JSON.stringify(this.name)} or what it was rotated to: ${
        reasonOf(error)
      }; it is tried again until it can be read`,
    );
  }
}

function isSame(a: Entry | undefined, b: Entry | undefined): boolean {
  return a === undefined || b === undefined
    ? a === b
    : sameFile(a.identity, b.identity);
}
