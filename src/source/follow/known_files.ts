/**
 * The files of a followed path that were read or are to be read, those among
 * them that are gone. The database has a copy of this table.
 *
 * @module
 */

import type { LogFile } from "../lines.ts";
import {
  type Checkpoint,
  type Fingerprint,
  type Identity,
  NOTHING,
  type Position,
} from "../../turns/checkpoint.ts";
import type { CheckpointStore } from "../../turns/store.ts";
import type { ReadPart } from "./content.ts";
import type { FileReader } from "./file_reader.ts";
import { sameIdentity, type ScannedFile } from "./scan.ts";

/** One file that is known by its checkpoint. */
export class KnownFile {
  /** The file, as its lines know it. */
  readonly log: LogFile;
  /** When it was first seen, in milliseconds since the epoch. */
  readonly seenMs: number;
  /** Its place in the order of reading at the last look. */
  rank: number;
  /** Which file it was last, unless that is not known any more. */
  identity: Identity | null;
  /** Reads it, while it is open. */
  reader: FileReader | undefined;
  /** What it was when all of it had been read, and nothing more was to come. */
  endedAs: ScannedFile | undefined;
  #position: Position;

  constructor(checkpoint: Checkpoint, name: string, isResumed: boolean) {
    const { identity, seenMs, ...position } = checkpoint;
    this.log = { id: position.id, name, isResumed };
    this.seenMs = seenMs;
    this.rank = position.id;
    this.identity = identity;
    this.#position = position;
  }

  /** Up to where it has been read. */
  get position(): Position {
    return this.reader?.position ?? this.#position;
  }

  /** All bytes that were read, those of half a line among them. */
  get read(): ReadPart {
    const { head, last } = this.position;
    return { offset: last.end, head, last };
  }

  /** Whether nothing was given of it, so that its place is free. */
  get isUnread(): boolean {
    if (this.reader !== undefined) return this.reader.isUntouched;
    return this.#position.offset === 0 && !this.#position.done;
  }

  /** Begins it at the beginning of the file that it is now. */
  begin(head: Fingerprint): void {
    this.#position = {
      ...{ id: this.log.id, offset: 0, line: 0, head, last: NOTHING },
      ...{ done: false, dialect: null, decoder: null },
    };
  }

  /** Closes it. */
  close(): void {
    const { reader } = this;
    if (reader === undefined) return;
    this.#position = { ...reader.position, done: reader.isDone };
    if (reader.isDone) this.endedAs = reader.file;
    reader.close();
    this.reader = undefined;
  }
}

/** What a look at the files changes. */
export interface Changes {
  /** The files that are there, in the order of their reading. */
  files: ScannedFile[];
  /** Where known files are. */
  places: Map<KnownFile, ScannedFile>;
  /** Known files that were not read, and are to be read in another order. */
  dropped: KnownFile[];
  /** New files, in the order of their reading, and their first bytes. */
  fresh: [file: ScannedFile, head: Fingerprint][];
  /** Whether there is a file at the path itself. */
  hasCurrent: boolean;
  /** When all this was seen, in milliseconds since the epoch. */
  nowMs: number;
}

/** The known files of one path. */
export class KnownFiles {
  /** In the order of their reading. */
  all: readonly KnownFile[];
  #path: string;
  #store: CheckpointStore;
  #report: (message: string) => void;

  /** @param report Shows a message to people. */
  constructor(
    path: string,
    store: CheckpointStore,
    report: (message: string) => void,
  ) {
    this.#path = path;
    this.#store = store;
    this.#report = report;
    this.all = store.checkpointsOf(path).map((checkpoint) =>
      new KnownFile(checkpoint, path, true)
    );
  }

  /** Those that are open. */
  get open(): KnownFile[] {
    return this.all.filter(({ reader }) => reader !== undefined);
  }

  /** Whose reader it is. */
  of(reader: FileReader): KnownFile | undefined {
    return this.all.find((known) => known.reader === reader);
  }

  /**
   * Applies changes, and stores them.
   *
   * @returns Where the new files are.
   */
  apply(changes: Changes): Map<KnownFile, ScannedFile> {
    for (const [known, { path }] of changes.places) known.log.name = path;
    for (const known of changes.dropped) known.close();
    const added = this.#save(changes);
    this.#sort(new Map([...changes.places, ...added]), changes.files);
    return added;
  }

  /**
   * Puts files that are there in the order of these, and each that is gone after
   * the last of those that were before it.
   */
  #sort(places: Map<KnownFile, ScannedFile>, files: ScannedFile[]): void {
    const place = (known: KnownFile) => files.indexOf(places.get(known)!);
    const sorted = this.all.filter((known) => places.has(known))
      .sort((a, b) => place(a) - place(b));
    const gone = this.all.filter((known) => !places.has(known));
    for (const known of gone) {
      const before = sorted.findLastIndex(({ rank }) => rank < known.rank);
      sorted.splice(before + 1, 0, known);
    }
    this.all = sorted;
    for (const [rank, known] of sorted.entries()) known.rank = rank;
  }

  #save(changes: Changes): Map<KnownFile, ScannedFile> {
    const { places, dropped, fresh, nowMs } = changes;
    const moved = this.#moved(changes);
    const gone = this.#gone(changes);
    const lost = gone.filter(({ position }) => position.head.length > 0);
    const forgotten = new Set([
      ...dropped,
      ...gone.filter((known) => !lost.includes(known)),
    ]);
    if (moved.length + gone.length + forgotten.size + fresh.length === 0) {
      return new Map();
    }
    const newest = this.all.findLast(({ reader }) => reader === undefined);
    return this.#store.transaction(() => {
      for (const { log } of forgotten) this.#store.dropCheckpoint(log.id);
      for (const known of moved) {
        this.#locate(known, places.get(known)!.identity);
      }
      for (const known of lost) this.#locate(known, null);
      const added = fresh.map(([file, head]) => {
        const [path, { identity }] = [this.#path, file];
        const checkpoint = this.#store
          .addCheckpoint(path, identity, head, nowMs);
        return [new KnownFile(checkpoint, file.path, false), file] as const;
      });
      this.#store.pruneCheckpoints(this.#path);
      const stored = this.#store.checkpointsOf(this.#path);
      const ids = new Set(stored.map(({ id }) => id));
      for (const [known] of added) {
        const before = dropped.find((other) =>
          isSame(other.identity, known.identity)
        );
        known.rank = before?.rank ?? Infinity;
      }
      this.all = [...this.all, ...added.map(([known]) => known)].filter(
        (known) => ids.has(known.log.id) || known.reader !== undefined,
      );
      // Older ones go when their time has come.
      if (newest && lost.includes(newest)) this.#reportLoss(newest);
      return new Map(added);
    });
  }

  /** Closed files that are other ones now, as where they were compressed. */
  #moved({ places, dropped }: Changes): KnownFile[] {
    return [...places].filter(([known, { identity }]) =>
      known.reader === undefined && !dropped.includes(known) &&
      !isSame(known.identity, identity)
    ).map(([known]) => known);
  }

  /**
   * Closed files that are not there any more. As long as nothing has come in the
   * place of the log, that may yet be moved back.
   */
  #gone({ places, dropped, hasCurrent }: Changes): KnownFile[] {
    return hasCurrent
      ? this.all.filter((known) =>
        known.reader === undefined && !places.has(known) &&
        !dropped.includes(known) && known.identity !== null &&
        (!known.position.done || known.position.head.length === 0)
      )
      : [];
  }

  #locate(known: KnownFile, identity: Identity | null): void {
    known.identity = identity;
    this.#store.locateCheckpoint(known.log.id, identity);
  }

  #reportLoss({ position }: KnownFile): void {
    this.#report(
      `the file that was ${
        JSON.stringify(this.#path)
      } is gone or was truncated; what came in it after line ${position.line}, if anything, was not read: if there is a copy of it, read that with --source`,
    );
  }
}

function isSame(a: Identity | null, b: Identity | null): boolean {
  return a !== null && b !== null && sameIdentity(a, b);
}
