/**
 * The files of a followed path that were or will be read, also if they are gone.
 * The database has a copy of this table.
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
import { sameIdentity, type ScannedFile } from "./scanned_file.ts";

/** A file that has a checkpoint. */
export class KnownFile {
  /** The file that its lines refer to. */
  readonly log: LogFile;
  /** When it was first seen, in milliseconds since the epoch. */
  readonly seenMs: number;
  /** When its position was last stored before this run, likewise. */
  readonly movedMs: number;
  /** Its place in the reading order at the last scan. */
  rank: number | undefined;
  /** Its device and inode; `null` if the file is gone. */
  identity: Identity | null;
  /** Reads it, while it is open. */
  reader: FileReader | undefined;
  /** Its status when it was done. */
  endedAs: ScannedFile | undefined;
  #position: Position;

  constructor(checkpoint: Checkpoint, name: string, isResumed: boolean) {
    const { identity, seenMs, movedMs, name: _, ...position } = checkpoint;
    this.log = { id: position.id, name, isResumed };
    this.seenMs = seenMs;
    this.movedMs = movedMs;
    this.rank = isResumed ? position.id : undefined;
    this.identity = identity;
    this.#position = position;
  }

  /** The position up to which it has been read. */
  get position(): Position {
    return this.reader?.position ?? this.#position;
  }

  /** All bytes that were read, an incomplete line included. */
  get read(): ReadPart {
    const { head, last } = this.position;
    return { offset: last.end, head, last };
  }

  /** Whether nothing was yielded of it, so that its place in the order is free. */
  get isUnread(): boolean {
    if (this.reader !== undefined) return this.reader.isUntouched;
    return this.#position.offset === 0 && !this.#position.done;
  }

  /**
   * Starts at the beginning of its current file.
   *
   * @param dialect The name of its dialect, if it is recognised already.
   */
  begin(head: Fingerprint, dialect: string | null = null): void {
    this.#position = {
      ...{ id: this.log.id, offset: 0, line: 0, head, last: NOTHING },
      ...{ done: false, dialect, decoder: null },
    };
  }

  /**
   * Takes a position at which everything before it was decoded, so that what its
   * decoder remembers need not stay in memory while it is closed.
   */
  settle(position: Position): void {
    if (this.reader !== undefined) return;
    this.#position = position;
    this.log.decoder = undefined;
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

/** The changes that a scan results in. */
export interface Changes {
  /** The scanned files of known files. */
  places: Map<KnownFile, ScannedFile>;
  /** Open unread files that turned out to be other files. */
  mistaken: KnownFile[];
  /** New files, in reading order, and the fingerprints of their first bytes. */
  fresh: [file: ScannedFile, head: Fingerprint][];
  /** Whether there is a readable file at the path itself. */
  hasCurrent: boolean;
  /** The time of the scan, in milliseconds since the epoch. */
  nowMs: number;
}

/** The known files of one path. */
export class KnownFiles {
  /** In reading order. */
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

  /** The open files. */
  get open(): KnownFile[] {
    return this.all.filter(({ reader }) => reader !== undefined);
  }

  /** The known file of a reader. */
  of(reader: FileReader): KnownFile | undefined {
    return this.all.find((known) => known.reader === reader);
  }

  /**
   * Applies changes, and stores them.
   *
   * @returns The new files.
   */
  async apply(changes: Changes): Promise<Map<KnownFile, ScannedFile>> {
    for (const [known, { path }] of changes.places) known.log.name = path;
    for (const known of changes.mistaken) known.close();
    return await this.#save(changes);
  }

  async #save(changes: Changes): Promise<Map<KnownFile, ScannedFile>> {
    const { places, mistaken, fresh, nowMs } = changes;
    const moved = this.#moved(changes);
    const gone = this.#gone(changes);
    const lost = gone.filter(({ position }) => position.head.length > 0);
    const forgotten = new Set([
      ...mistaken,
      ...gone.filter((known) => !lost.includes(known)),
    ]);
    if (moved.length + gone.length + forgotten.size + fresh.length === 0) {
      return new Map();
    }
    const newest = this.all.findLast(({ reader }) => reader === undefined);
    // It may run more than once.
    const { added, ids } = await this.#store.write(() => {
      for (const { log } of forgotten) this.#store.dropCheckpoint(log.id);
      for (const known of moved) {
        this.#locate(known, places.get(known)!.identity);
      }
      for (const known of lost) this.#locate(known, null);
      const added = fresh.map(([file, head]) => {
        const [path, { identity }] = [this.#path, file];
        const checkpoint = this.#store
          .addCheckpoint(path, { identity, head, seenMs: nowMs, name: null });
        return [new KnownFile(checkpoint, file.path, false), file] as const;
      });
      this.#store.pruneCheckpoints(this.#path);
      const stored = this.#store.checkpointsOf(this.#path);
      return { added, ids: new Set(stored.map(({ id }) => id)) };
    });
    this.all = [...this.all, ...added.map(([known]) => known)].filter(
      (known) => ids.has(known.log.id) || known.reader !== undefined,
    );
    // Of older files the loss is expected.
    if (newest && lost.includes(newest)) this.#reportLoss(newest);
    return new Map(added);
  }

  /** Closed files with a new inode, for example because they were compressed. */
  #moved({ places }: Changes): KnownFile[] {
    return [...places].filter(([known, { identity }]) =>
      known.reader === undefined && !isSame(known.identity, identity)
    ).map(([known]) => known);
  }

  /**
   * Closed files that are gone. Until there is a new file at the path, the log may
   * still be moved back.
   */
  #gone({ places, mistaken, hasCurrent }: Changes): KnownFile[] {
    return hasCurrent
      ? this.all.filter((known) =>
        known.reader === undefined && !places.has(known) &&
        !mistaken.includes(known) && known.identity !== null &&
        (!known.position.done || known.position.head.length === 0)
      )
      : [];
  }

  #locate(known: KnownFile, identity: Identity | null): void {
    known.identity = identity;
    this.#store.locateCheckpoint(known.log.id, { identity, name: null });
  }

  #reportLoss({ position }: KnownFile): void {
    this.#report(
      `the file that was ${
        JSON.stringify(this.#path)
      } is gone or was truncated; lines after line ${position.line}, if any, were not read: if there is a copy of it, read that with --source`,
    );
  }
}

function isSame(a: Identity | null, b: Identity | null): boolean {
  return a !== null && b !== null && sameIdentity(a, b);
}
