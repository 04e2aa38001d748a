/**
 * The files of one log, across rotation (SPEC section 7, `--follow`).
 *
 * @module
 */

import type { ReadOptions } from "../read_options.ts";
import type { Item } from "../lines.ts";
import type { Clock } from "./change_watcher.ts";
import type { FileReader } from "./file_reader.ts";
import type { FollowedFiles, FollowedParts } from "./followed_files.ts";
import { OpenFiles } from "./open_files.ts";
import { PlainReader } from "./plain_reader.ts";

/** How long a file that is gone or full must be quiet to be closed, in milliseconds. */
const QUIET = 1000;
/** How long a deleted file is kept open after it last grew, in milliseconds. */
const LINGER = 30_000;
/** How many rotated files are kept open: writers may still append to them. */
const MOST_ROTATED = 16;

/** Follows the files of one log. */
export class FollowedLog implements FollowedFiles {
  #files: OpenFiles;
  #parts: FollowedParts;
  #clock: Clock;

  /** @param path The absolute path of the log. */
  constructor(path: string, parts: FollowedParts, reading: ReadOptions) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#files = new OpenFiles(path, { ...parts, reading });
  }

  look(): Promise<void> {
    return this.#files.look();
  }

  changed(limit: number): Promise<void> {
    return this.#parts.watcher.changed(limit);
  }

  close(): void {
    for (const reader of this.#files.readers) this.#files.close(reader);
    this.#parts.watcher.close();
  }

  async *available(): AsyncGenerator<Item[]> {
    for (const reader of this.#files.readers) {
      yield* this.#availableOf(reader);
    }
  }

  /**
   * The available lines of one file, and before them new lines of older files.
   * A file that is done is closed.
   */
  async *#availableOf(reader: FileReader): AsyncGenerator<Item[]> {
    const files = this.#files;
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

  async *settle(): AsyncGenerator<Item[]> {
    yield* this.#retire();
    const files = this.#files;
    for (const reader of files.readers) reader.checkRecognised();
    const marks = files.readers.flatMap((reader) => reader.mark() ?? []);
    if (marks.length > 0) yield marks;
  }

  /** Closes files that will not grow any more; an incomplete line in them is a line. */
  async *#retire(): AsyncGenerator<Item[]> {
    const files = this.#files;
    const ended = files.readers.filter((reader) =>
      reader instanceof PlainReader && reader.isAtEnd
    ) as PlainReader[];
    const excess = ended.length - 1 - MOST_ROTATED;
    for (const [i, reader] of ended.entries()) {
      const quiet = this.#clock.uptimeMs() - reader.grownAt;
      const isGone = quiet > LINGER && reader.isDeleted();
      if (!isGone && !(i < excess && quiet > QUIET)) continue;
      yield* reader.available(() => Promise.resolve(true));
      if (reader.isReplaced || reader.isClosed) continue;
      yield reader.end();
      files.close(reader);
    }
  }
}
