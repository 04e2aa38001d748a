/**
 * The files of a followed path that are open: which they are, and in which order
 * they are read.
 *
 * @module
 */

import { reasonOf } from "../source.ts";
import { Archive, isArchive } from "./archive.ts";
import {
  directoryMs,
  type Entry,
  entryAt,
  filesAt,
  Moved,
  openEntry,
  sameFile,
} from "./files.ts";
import {
  type Checkpoint,
  type CheckpointStore,
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  type Identity,
  NOTHING,
  type Position,
} from "./position.ts";
import type { Reading } from "./progress.ts";
import { CLOCK_STEP, fileHolds, survey } from "./survey.ts";
import { readAt, Tail } from "./tail.ts";
import { Watch } from "./watch.ts";

/** How often to try again what could not be opened, in milliseconds. */
const RETRY = 1000;
/** How often to look again where files move while they are looked at. */
const MOST_ATTEMPTS = 10;
/** How many files are open at most; the others wait until older ones are read. */
const MOST_OPEN = 64;

/** What {@linkcode FollowedFiles} work with. */
export interface FollowedFilesParts {
  checkpoints: CheckpointStore;
  /** Is told what a person may want to know. */
  tell: (message: string) => void;
}

/** The files that a path names and named, as far as they are still to be read. */
export class FollowedFiles {
  /** What is being read, the oldest first. */
  open: readonly (Tail | Archive)[] = [];
  #path: string;
  #reading: Reading;
  #checkpoints: CheckpointStore;
  #tell: (message: string) => void;
  #watch = new Watch();
  #watched: Identity | undefined;
  /** How far files were read that were cut off: it may not be stored by now. */
  #reached = new Map<number, Position>();
  /** The archive at the path itself, once it has been read. */
  #ended: Entry | undefined;
  /** The rotated files that are copies of what was read itself. */
  #copies: Entry[] = [];
  /** Whether all are open that are to be read. */
  #isComplete = false;
  #surveyedAt = -Infinity;
  /** When names in the directory changed last, and what they were then. */
  #directoryMs = 0;
  #places = "";
  #startedMs = Date.now();
  #troubles = new Set<string>();

  constructor(
    path: string,
    reading: Reading,
    { checkpoints, tell }: FollowedFilesParts,
  ) {
    this.#path = path;
    this.#reading = reading;
    this.#checkpoints = checkpoints;
    this.#tell = tell;
  }

  /** Resolves once something may have happened to the file, or after `limit` ms. */
  async changed(limit: number): Promise<void> {
    await this.#watch.wait(limit);
  }

  /** Lets go of a file that does not hold any more what was read of it. */
  async replaced(tail: Tail): Promise<void> {
    this.#reached.set(tail.id, tail.position);
    this.forget(tail);
    await this.#survey();
  }

  /** Lets go of an archive that has been read. */
  ended(archive: Archive): void {
    const current = entryAt(this.#path);
    if (current && sameFile(archive.identity, current.identity)) {
      this.#ended = current;
    }
    this.forget(archive);
  }

  /** Whether it is the archive that was read: what is compressed does not grow. */
  #isEnded({ identity, modifiedMs }: Entry): boolean {
    const ended = this.#ended;
    return ended !== undefined && ended.modifiedMs === modifiedMs &&
      sameFile(ended.identity, identity);
  }

  /** Lets go of a file. */
  forget(source: Tail | Archive): void {
    if (!this.open.includes(source)) return;
    source.close();
    this.open = this.open.filter((other) => other !== source);
  }

  /** Looks whether there is another file at the path, or others beside it. */
  async look(): Promise<void> {
    try {
      if (this.#isToSurvey()) await this.#survey();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#tellTrouble(this.#path, error);
    }
  }

  #isToSurvey(): boolean {
    const current = entryAt(this.#path);
    if (
      current && !(this.#watched && sameFile(this.#watched, current.identity))
    ) {
      this.#watched = current.identity;
      this.#watch.renew(this.#path);
    }
    // Where it is not there, those that it was before may still be to be read.
    const isOpen = current === undefined || this.#isEnded(current) ||
      this.open.some(({ identity }) => sameFile(identity, current.identity));
    const isDue = performance.now() - this.#surveyedAt >= RETRY;
    const isStale = this.#isComplete ? !isOpen : isDue;
    return isStale || this.#hasMoved();
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
      // The survey meets it too, and tells it.
      if (error instanceof Moved || isSystemError(error)) return true;
      throw error;
    }
  }

  /** Opens the files that are to be read, however often they move meanwhile. */
  async #survey(): Promise<void> {
    this.#isComplete = false;
    for (let i = 0; i < MOST_ATTEMPTS; i++) {
      try {
        this.#isComplete = await this.#trySurvey();
        break;
      } catch (error) {
        if (error instanceof Moved) continue;
        if (!isSystemError(error)) throw error;
        this.#tellTrouble(this.#path, error);
        break;
      }
    }
    this.#surveyedAt = performance.now();
  }

  /**
   * @returns Whether all files are open that are to be read.
   * @throws {Moved} Where a file is not where it was.
   */
  async #trySurvey(): Promise<boolean> {
    const nowMs = Date.now();
    const present = filesAt(this.#path);
    const { current, rotated } = present;
    const refused = new Set(rotated.filter((file) => !this.#isReadable(file)));
    // Nothing is known of it before it can be read.
    if (current !== undefined && !this.#isReadable(current)) return false;
    for (const tail of this.open) {
      if (!(tail instanceof Tail)) continue;
      tail.check();
      if (tail.isReplaced) this.forget(tail);
    }
    const checkpoints = this.#checkpoints.checkpointsOf(this.#path)
      .map(this.#asReached);
    const lookedMs = Math.max(...checkpoints.map(({ seenMs }) => seenMs));
    const open = new Map(
      this.open.map((source) => [
        source.id,
        source instanceof Tail ? source.modifiedMs() : 0,
      ]),
    );
    const { found, unread, copies } = await survey({
      ...{ checkpoints, open, rotated, current, refused },
      copies: this.#copies,
      lookedMs: checkpoints.length > 0 ? lookedMs : this.#startedMs,
    });
    this.#copies = copies;
    const blank = this.open.find((source) =>
      source instanceof Tail && source.isBlank && current &&
      sameFile(source.identity, current.identity)
    );
    if (blank !== undefined && unread.length > 0) {
      // They were there before whatever is in it now.
      this.forget(blank);
      throw new Moved();
    }
    const heads = new Map(
      unread.map((entry) => [
        entry,
        refused.has(entry) ? NOTHING : headOf(entry),
      ]),
    );
    const added = this.#checkpoints.transaction(() => {
      const closed = checkpoints.filter(({ id }) => !open.has(id));
      // As long as nothing has come in its place a file may yet be moved back.
      const settled = current ? closed : closed.filter((c) => found.has(c));
      this.#locate(settled, found);
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
    const wanted = [...found, ...added].filter(([{ id, done }, entry]) =>
      !open.has(id) && (!done || entry === current)
    ).sort(([a], [b]) => a.id - b.id);
    const room = MOST_OPEN - this.open.length;
    const mayOpen = wanted.filter(([, entry]) => !refused.has(entry))
      .slice(0, Math.max(1, room));
    for (const [checkpoint, entry] of mayOpen) {
      this.#openFile(checkpoint, entry);
    }
    this.#places = present.places;
    return mayOpen.length === wanted.length;
  }

  #asReached = (stored: Checkpoint): Checkpoint => {
    const reached = this.#reached.get(stored.id);
    if (reached === undefined || stored.offset < reached.offset) {
      return { ...stored, ...reached };
    }
    this.#reached.delete(stored.id);
    return stored;
  };

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
            JSON.stringify(this.#path)
          } is gone or was cut off; what came in it behind line ${line}, if anything, was not read: if there is a copy of it, read that with --source`,
        );
      }
    }
  }

  /** @throws {Moved} Where the file is not where it was, or was cut off. */
  #openFile(checkpoint: Checkpoint, entry: Entry): void {
    const file = openEntry(entry);
    if (file === undefined) throw new Moved();
    try {
      const source = isArchive(file)
        ? new Archive(entry.path, file, checkpoint, this.#reading)
        : Tail.of(entry.path, file, checkpoint, this.#reading);
      // To look at the others may have taken long, and from now on the tail
      // sees by itself what becomes of what it goes on behind.
      const { head, last } = checkpoint;
      if (source instanceof Tail && !fileHolds(file, head, last)) {
        throw new Moved();
      }
      this.open = [...this.open, source].sort((a, b) => a.id - b.id);
    } catch (error) {
      file.close();
      throw error;
    }
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
