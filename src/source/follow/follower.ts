/**
 * Follows a file as it grows, across rotation (SPEC section 7, `--follow`).
 * Such a source never ends.
 *
 * @module
 */

import type { CheckpointStore } from "../../turns/store.ts";
import type { ReadOptions } from "../line_splitter.ts";
import type { Item } from "../lines.ts";
import type { Source } from "../source.ts";
import {
  type ChangeWatcher,
  type Clock,
  SYSTEM_CLOCK,
  SystemWatcher,
} from "./change_watcher.ts";
import type { FileReader } from "./file_reader.ts";
import { OpenFiles } from "./open_files.ts";
import { PlainReader } from "./plain_reader.ts";

/** How long to wait for a change at most, in milliseconds. */
const POLL = 1000;
/** The time between two marks, in milliseconds. */
const MARK = 1000;
/** How long a deleted file is kept open after it last grew, in milliseconds. */
const LINGER = 30_000;
/** How many rotated files are kept open: writers may still append to them. */
const MOST_ROTATED = 16;

/** What a {@linkcode Follower} needs. */
export interface FollowerParts {
  checkpoints: CheckpointStore;
  /** Shows a message to people. */
  report: (message: string) => void;
  /** Called with the reason if compressed data is damaged. */
  damaged: (name: string, reason: string) => void;
  /** The system's by default. */
  clock?: Clock;
  /** The system's by default. */
  watcher?: ChangeWatcher;
}

/** Follows one file. */
export class Follower implements Source {
  readonly name: string;
  readonly size = null;
  readonly consumed = 0;
  #path: string;
  #parts: FollowerParts;
  #clock: Clock;
  #watcher: ChangeWatcher;
  #markedAt = 0;

  /**
   * @param name The path as given.
   * @param path The same, absolute.
   */
  constructor(name: string, path: string, parts: FollowerParts) {
    this.name = name;
    this.#path = path;
    this.#parts = parts;
    this.#clock = parts.clock ?? SYSTEM_CLOCK;
    this.#watcher = parts.watcher ?? new SystemWatcher();
  }

  /**
   * Resumes where the last run stopped, and never ends. Yields marks once a
   * second, and waits for at most a second at a time.
   *
   * @throws {Failure} If a file can no longer be read, or the database cannot be
   * written.
   */
  async *read(options: ReadOptions): AsyncGenerator<Item[]> {
    const { checkpoints, report, damaged } = this.#parts;
    const [clock, watcher] = [this.#clock, this.#watcher];
    const files = new OpenFiles(this.#path, {
      ...{ checkpoints, report, damaged, clock, watcher, reading: options },
    });
    this.#markedAt = clock.uptimeMs();
    while (true) {
      // Files that exist now are read before files that appear later.
      await files.look();
      let isIdle = true;
      for (const reader of files.readers) {
        for await (const items of this.#available(files, reader)) {
          isIdle = false;
          yield items;
          if (!this.#isMarkDue()) continue;
          yield* this.#settle(files);
          options.beforeWait?.();
          // So that files are not rotated away before they are seen.
          await files.look();
        }
      }
      if (!isIdle) continue;
      if (this.#isMarkDue()) yield* this.#settle(files);
      options.beforeWait?.();
      const wait = this.#markedAt + POLL - this.#clock.uptimeMs();
      await this.#watcher.changed(Math.max(1, wait));
    }
  }

  /**
   * The available lines of one file, and before them new lines of older files.
   * A file that is done is closed.
   */
  async *#available(
    files: OpenFiles,
    reader: FileReader,
  ): AsyncGenerator<Item[]> {
    const mayBegin = (reader: FileReader) => async () =>
      await files.lookNow() && !reader.isClosed;
    // Reading an earlier file may have closed it.
    if (reader.isClosed) return;
    for await (const items of reader.available(mayBegin(reader))) {
      for (const older of files.readers) {
        if (older === reader) break;
        if (!older.isClosed) yield* older.available(mayBegin(older));
        if (older.isDone) files.close(older);
      }
      yield items;
    }
    // A file that was closed meanwhile has no position any more.
    if (reader.isClosed) return;
    if (reader.isDone) return files.close(reader);
    if (!reader.isReplaced) return;
    const mark = reader.mark();
    if (mark !== undefined) yield [mark];
    files.close(reader);
    await files.lookNow();
  }

  #isMarkDue(): boolean {
    return this.#clock.uptimeMs() - this.#markedAt >= MARK;
  }

  /**
   * Closes files that will not grow any more, and marks the positions of the
   * others.
   */
  async *#settle(files: OpenFiles): AsyncGenerator<Item[]> {
    this.#markedAt = this.#clock.uptimeMs();
    yield* this.#retire(files);
    for (const reader of files.readers) reader.checkRecognised();
    const marks = files.readers.flatMap((reader) => reader.mark() ?? []);
    if (marks.length > 0) yield marks;
  }

  /** Closes files that will not grow any more; an incomplete line in them is a line. */
  async *#retire(files: OpenFiles): AsyncGenerator<Item[]> {
    const ended = files.readers.filter((reader) =>
      reader instanceof PlainReader && reader.isAtEnd
    ) as PlainReader[];
    const excess = ended.length - 1 - MOST_ROTATED;
    for (const [i, reader] of ended.entries()) {
      const quiet = this.#clock.uptimeMs() - reader.grownAt;
      const isGone = quiet > LINGER && reader.isDeleted();
      if (!isGone && !(i < excess && quiet > POLL)) continue;
      yield* reader.available(() => Promise.resolve(true));
      if (reader.isReplaced || reader.isClosed) continue;
      yield reader.end();
      files.close(reader);
    }
  }
}
