/**
 * A source that never ends: a file as it grows, across rotation (SPEC section
 * 7, `--follow`).
 *
 * @module
 */

import type { LineShape } from "../../dialect/dialect.ts";
import { isAbsolute, join } from "node:path";
import { UsageError } from "../../error.ts";
import type { FilterOptions } from "../candidate_filter.ts";
import type { Item } from "../lines.ts";
import { unlessMissing } from "../../system/unless_missing.ts";
import { reasonOf, type Source, unreadable } from "../source.ts";
import { Archive, isArchive } from "./archive.ts";
import {
  directoryMs,
  type Entry,
  entryAt,
  filesAt,
  Moved,
  openEntry,
  sameFile,
  splitPath,
} from "./files.ts";
import {
  type Checkpoint,
  type CheckpointStore,
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  type Identity,
  NOTHING,
} from "./position.ts";
import type { Reading } from "./progress.ts";
import { CLOCK_STEP, survey } from "./survey.ts";
import { readAt, Tail } from "./tail.ts";
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

/**
 * Makes sure that a file can be followed; it need not be there yet.
 *
 * @returns Its absolute path.
 * @throws {UsageError} Where it cannot.
 */
export function checkFollowable(name: string): string {
  try {
    const given = splitPath(
      isAbsolute(name) ? name : `${Deno.cwd()}/${name}`,
    );
    const path = join(Deno.realPathSync(given.directory), given.name);
    const info = unlessMissing(() => Deno.statSync(path));
    if (info?.isDirectory) throw new UsageError("it is a directory");
    if (info?.isFile === false) {
      throw new UsageError("only a file can be followed");
    }
    using file = info && Deno.openSync(path);
    if (file !== undefined && isArchive(file)) {
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
  readonly size = null;
  readonly consumed = 0;
  #path: string;
  #checkpoints: CheckpointStore;
  #tell: (message: string) => void;
  #damaged: (name: string, reason: string) => void;
  #watch = new Watch();
  #watched: Identity | undefined;
  /** What is being read, the oldest first. */
  #open: (Tail | Archive)[] = [];
  #isSurveyed = false;
  #surveyedAt = 0;
  /** Whether some of the files may not be read yet. */
  #isIncomplete = false;
  /** When names in the directory changed last, and what they were then. */
  #directoryMs = 0;
  #places = "";
  #startedMs = Date.now();
  #markedAt = 0;
  #troubles = new Set<string>();

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
        if (!this.#open.includes(source)) continue;
        for await (const items of this.#available(source, reading)) {
          isIdle = false;
          // Whoever wrote to an older file until now was first.
          yield* this.#late(source);
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
      const wait = this.#markedAt + POLL - performance.now();
      await this.#watch.wait(Math.max(1, wait));
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
      this.#forget(source);
      await this.#survey(reading);
    } else {
      yield* source.items(this.#damaged);
      this.#forget(source);
    }
  }

  /** What came meanwhile in the files that are older than one. */
  async *#late(source: Tail | Archive): AsyncGenerator<Item[]> {
    for (const older of this.#open) {
      if (older === source) return;
      if (older instanceof Tail) yield* older.available();
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
      this.#forget(tail);
    }
  }

  #forget(source: Tail | Archive): void {
    if (!this.#open.includes(source)) return;
    source.close();
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
    if (current === undefined) return;
    if (!this.#watched || !sameFile(this.#watched, current.identity)) {
      this.#watched = current.identity;
      this.#watch.renew(this.#path);
    }
    const isOpen = this.#open.some((source) =>
      source instanceof Tail && sameFile(source.identity, current.identity)
    );
    const isStale = this.#isIncomplete &&
      performance.now() - this.#surveyedAt >= POLL;
    if (!isOpen || !this.#isSurveyed || isStale || this.#hasMoved()) {
      await this.#survey(reading);
    }
  }

  /** Whether other files have the names of rotated ones now, as of a copy. */
  #hasMoved(): boolean {
    const changedMs = directoryMs(this.#path);
    if (changedMs === this.#directoryMs) return false;
    // What comes in the same step of the clock could not be told from it.
    const isOver = Date.now() - changedMs > CLOCK_STEP;
    this.#directoryMs = isOver ? changedMs : 0;
    try {
      return filesAt(this.#path).places !== this.#places;
    } catch (error) {
      if (error instanceof Moved) return true;
      throw error;
    }
  }

  /** Opens the files that are to be read, however often they move meanwhile. */
  async #survey(reading: Reading): Promise<void> {
    this.#isSurveyed = false;
    for (let i = 0; i < MOST_ATTEMPTS && !this.#isSurveyed; i++) {
      try {
        await this.#trySurvey(reading);
        this.#isSurveyed = true;
      } catch (error) {
        if (error instanceof Moved) continue;
        if (!isSystemError(error)) throw error;
        return this.#tellTrouble(this.#path, error);
      }
    }
  }

  /** @throws {Moved} Where a file is not where it was. */
  async #trySurvey(reading: Reading): Promise<void> {
    const nowMs = Date.now();
    const present = filesAt(this.#path);
    const { current, rotated } = present;
    const refused = new Set(rotated.filter((file) => !this.#isReadable(file)));
    // Nothing is known of it before it can be read.
    if (current !== undefined && !this.#isReadable(current)) return;
    for (const tail of this.#open) {
      if (!(tail instanceof Tail)) continue;
      tail.check();
      if (tail.isReplaced) this.#forget(tail);
    }
    const checkpoints = this.#checkpoints.checkpointsOf(this.#path);
    const lookedMs = Math.max(...checkpoints.map(({ seenMs }) => seenMs));
    const open = new Map(
      this.#open.map((source) => [
        source.id,
        source instanceof Tail ? source.modifiedMs() : 0,
      ]),
    );
    const { found, unread } = await survey({
      ...{ checkpoints, open, rotated, current, refused },
      lookedMs: checkpoints.length > 0 ? lookedMs : this.#startedMs,
    });
    const blank = this.#open.find((source) =>
      source instanceof Tail && source.isBlank && current &&
      sameFile(source.identity, current.identity)
    );
    if (blank !== undefined && unread.length > 0) {
      // They were there before whatever is in it now.
      this.#forget(blank);
      throw new Moved();
    }
    const heads = new Map(
      unread.map((entry) => [
        entry,
        refused.has(entry) ? NOTHING : headOf(entry),
      ]),
    );
    const added = this.#checkpoints.transaction(() => {
      this.#locate(checkpoints.filter(({ id }) => !open.has(id)), found);
      const added = unread.map((entry) =>
        [
          this.#checkpoints.addCheckpoint(
            ...[this.#path, entry.identity, heads.get(entry)!, nowMs] as const,
          ),
          entry,
        ] as const
      );
      this.#checkpoints.pruneCheckpoints(this.#path);
      return added;
    });
    for (const [checkpoint, entry] of [...found, ...added]) {
      const isWanted = !refused.has(entry) &&
        (!checkpoint.done || entry === current);
      if (isWanted && !open.has(checkpoint.id)) {
        this.#openFile(checkpoint, entry, reading);
      }
    }
    this.#places = present.places;
    this.#surveyedAt = performance.now();
    this.#isIncomplete = refused.size > 0;
  }

  /** Remembers where known files are now. */
  #locate(checkpoints: Checkpoint[], found: Map<Checkpoint, Entry>): void {
    for (const checkpoint of checkpoints) {
      const { id, identity, head, line, done } = checkpoint;
      const entry = found.get(checkpoint);
      if (entry !== undefined) {
        const isKnown = identity && sameFile(identity, entry.identity);
        if (!isKnown) this.#checkpoints.locateCheckpoint(id, entry.identity);
      } else if (head.length === 0) {
        this.#checkpoints.dropCheckpoint(id);
      } else if (identity !== null && !done) {
        this.#checkpoints.locateCheckpoint(id, null);
        // Older ones go when their time has come.
        if (checkpoint !== checkpoints.at(-1)) continue;
        this.#tell(
          `the file that was ${
            JSON.stringify(this.name)
          } is gone or was cut off; what came in it behind line ${line}, if anything, was not read`,
        );
      }
    }
  }

  /** @throws {Moved} Where the file is not where it was. */
  #openFile(checkpoint: Checkpoint, entry: Entry, reading: Reading): void {
    const file = openEntry(entry);
    if (file === undefined) throw new Moved();
    this.#open.push(
      isArchive(file)
        ? new Archive(entry.path, file, checkpoint, reading)
        : Tail.of(entry.path, file, checkpoint, reading),
    );
    this.#open.sort((a, b) => a.id - b.id);
  }

  /** Whether a file may be read; tells once if one may not. It is tried again. */
  #isReadable = (entry: Entry): boolean => {
    try {
      openEntry(entry)?.close();
      return true;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#tellTrouble(entry.path, error);
      return false;
    }
  };

  /** Tells of each trouble with a file once. */
  #tellTrouble(path: string, error: Error): void {
    const message = `cannot read ${JSON.stringify(path)}: ${
      reasonOf(error)
    }; it is tried again now and then`;
    if (this.#troubles.has(message)) return;
    this.#troubles.add(message);
    this.#tell(message);
  }
}

/** Whether the system refused something, as to open a file. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
}

/**
 * A file's first bytes.
 *
 * @throws {Moved} Where the file is not where it was.
 */
function headOf(entry: Entry): Fingerprint {
  using file = openEntry(entry);
  if (file === undefined) throw new Moved();
  // Of an archive nothing is known before it is read.
  if (isArchive(file)) return NOTHING;
  const head = readAt(file, 0, FINGERPRINT_BYTES);
  return fingerprint(head, head.length);
}
