/**
 * The files of a followed path that are open: which they are, and in which order
 * they are read.
 *
 * @module
 */

import { Archive } from "./archive.ts";
import { Catalogue, type CatalogueParts } from "./catalogue.ts";
import type { Clock } from "./clock.ts";
import {
  type Entry,
  entryAt,
  filesAt,
  Moved,
  openEntry,
  sameFile,
} from "./files.ts";
import { Names } from "./names.ts";
import { headOf, openSource } from "./opening.ts";
import { type Identity, NOTHING } from "../../turns/checkpoint.ts";
import type { Reading } from "./progress.ts";
import { survey } from "./survey.ts";
import { Tail } from "./tail.ts";
import { Troubles } from "./troubles.ts";
import { isUnchanged, Unfinished } from "./unfinished.ts";
import type { ChangeWatcher } from "./watch.ts";

/** How often to try again what could not be opened, in milliseconds. */
const RETRY = 1000;
/** How often to look again where files move while they are looked at. */
const MOST_ATTEMPTS = 10;
/** How many files are open at most; the others wait until older ones are read. */
const MOST_OPEN = 64;

/** What {@linkcode FollowedFiles} work with. */
export interface FollowedParts extends CatalogueParts {
  clock: Clock;
  watch: ChangeWatcher;
}

/** The files that a path names and named, as far as they are still to be read. */
export class FollowedFiles {
  /** What is being read, the oldest first. */
  open: readonly (Tail | Archive)[] = [];
  #path: string;
  #reading: Reading;
  #catalogue: Catalogue;
  #troubles: Troubles;
  #names: Names;
  #clock: Clock;
  #watch: ChangeWatcher;
  #watched: Identity | undefined;
  /** The archive at the path itself, once it has been read. */
  #ended: Entry | undefined;
  #unfinished = new Unfinished();
  /** The rotated files that are copies of what was read itself. */
  #copies: Entry[] = [];
  /** Whether all are open that are to be read. */
  #isComplete = false;
  #surveyedAt = -Infinity;
  #startedMs: number;

  constructor(path: string, reading: Reading, parts: FollowedParts) {
    this.#clock = parts.clock;
    this.#watch = parts.watch;
    this.#startedMs = parts.clock.nowMs();
    this.#path = path;
    this.#reading = reading;
    this.#catalogue = new Catalogue(path, parts);
    this.#troubles = new Troubles(parts.tell);
    this.#names = new Names(path, parts.clock);
  }

  /** Resolves once something may have happened to the file, or after `limit` ms. */
  async changed(limit: number): Promise<void> {
    await this.#watch.wait(limit);
  }

  /** Lets go of a file that does not hold any more what was read of it. */
  async replaced(tail: Tail): Promise<void> {
    this.#catalogue.reached(tail.position);
    this.forget(tail);
    await this.#survey();
  }

  /** Lets go of an archive that has been read. */
  ended(archive: Archive): void {
    this.forget(archive);
    if (archive.isCutOff) this.#unfinished.add(archive.entry);
    try {
      const current = entryAt(this.#path);
      const isCurrent = current && sameFile(archive.identity, current.identity);
      if (isCurrent && !archive.isCutOff) this.#ended = current;
    } catch (error) {
      this.#troubles.meet(this.#path, error);
    }
  }

  /** Whether it is the archive that was read: what is compressed does not grow. */
  #isEnded(entry: Entry): boolean {
    const ended = this.#ended;
    return (ended !== undefined && isUnchanged(ended, entry)) ||
      this.#unfinished.has(entry);
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
      this.#troubles.meet(this.#path, error);
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
    const isDue = this.#clock.uptimeMs() - this.#surveyedAt >= RETRY;
    const isStale = this.#isComplete
      ? !isOpen || (isDue && this.#unfinished.haveGrown())
      : isDue;
    return isStale || this.#names.haveMoved();
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
        this.#troubles.meet(this.#path, error);
        break;
      }
    }
    this.#surveyedAt = this.#clock.uptimeMs();
  }

  /**
   * @returns Whether all files are open that are to be read.
   * @throws {Moved} Where a file is not where it was.
   */
  async #trySurvey(): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    const present = filesAt(this.#path);
    const { current, rotated } = present;
    const refused = new Set(rotated.filter((file) => !this.#isReadable(file)));
    // Nothing is known of it before it can be read.
    if (current !== undefined && !this.#isReadable(current)) return false;
    for (const tail of this.open) {
      if (!(tail instanceof Tail)) continue;
      tail.check();
      const { head, last } = tail.position;
      if (!tail.isReplaced && tail.holds(head, last)) continue;
      // What was copied before it was cut off is read on behind that.
      this.#catalogue.reached(tail.position);
      this.forget(tail);
    }
    const checkpoints = this.#catalogue.checkpoints();
    const lookedMs = Math.max(...checkpoints.map(({ seenMs }) => seenMs));
    const open = new Map(this.open.map((source) => [source.id, source.seen]));
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
    this.#unfinished.note(current ? [...rotated, current] : rotated);
    const added = this.#catalogue.store({
      closed: checkpoints.filter(({ id }) => !open.has(id)),
      found,
      unread: new Map(unread.map((entry) => [
        entry,
        refused.has(entry) ? NOTHING : headOf(entry),
      ])),
      hasCurrent: current !== undefined,
      nowMs,
    });
    const wanted = [...found, ...added].filter(([{ id, done }, entry]) =>
      !open.has(id) && (!done || entry === current) &&
      !this.#unfinished.has(entry)
    ).sort(([a], [b]) => a.id - b.id);
    const room = MOST_OPEN - this.open.length;
    const mayOpen = wanted.filter(([, entry]) => !refused.has(entry))
      .slice(0, Math.max(1, room));
    for (const [checkpoint, entry] of mayOpen) {
      const source = openSource(checkpoint, entry, this.#reading);
      this.open = [...this.open, source].sort((a, b) => a.id - b.id);
    }
    this.#names.note(present.places);
    return mayOpen.length === wanted.length;
  }

  /** Whether a file may be read; tells once if one may not. It is tried again. */
  #isReadable = (entry: Entry): boolean => {
    try {
      openEntry(entry)?.close();
      return true;
    } catch (error) {
      this.#troubles.meet(entry.path, error);
      return false;
    }
  };
}
