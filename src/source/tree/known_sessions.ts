/**
 * The session files below followed directories that were or will be read. The
 * database has a copy of this table.
 *
 * @module
 */

import type { CheckpointStore } from "../../turns/store.ts";
import { type Identity, NOTHING } from "../../turns/checkpoint.ts";
import { isBelow } from "../open_sources.ts";
import { COMPRESSED_NAME } from "../compressed/detect.ts";
import { KnownFile } from "../follow/known_files.ts";
import { sameIdentity } from "../follow/scanned_file.ts";
import type { FoundFile } from "./files_below.ts";
import { logPathOf, type SessionFile } from "./recognise.ts";

/** After how long the checkpoint of a file that is gone is deleted, in milliseconds. */
const REMEMBERED_MS = 30 * 86_400_000;

/** The known session files below some directories. */
export class KnownSessions {
  #store: CheckpointStore;
  /** The directories that are followed now. */
  #directories: readonly string[] = [];
  /** Those whose checkpoints have been read. */
  #read = new Set<string>();
  /** All of them; the maps below have the latest of each key. */
  #all = new Set<KnownFile>();
  #byIdentity = new Map<string, KnownFile>();
  #byLog = new Map<string, KnownFile>();

  constructor(store: CheckpointStore) {
    this.#store = store;
  }

  /**
   * Takes the directories that are followed from now on, under whose paths
   * checkpoints are stored. The files of those before stay known.
   *
   * @param accept Called with each that was not followed before.
   * @throws Whatever `accept` throws.
   */
  async follow(
    directories: readonly string[],
    accept: (directory: string) => void,
  ): Promise<void> {
    this.#directories = directories;
    const added = directories.filter((one) => !this.#read.has(one));
    if (added.length === 0) return;
    const checkpoints = await this.#store.write(() => {
      for (const directory of added) accept(directory);
      return added.flatMap((one) => this.#store.checkpointsOf(one));
    });
    for (const directory of added) this.#read.add(directory);
    for (const checkpoint of checkpoints) {
      // A log was followed under this path before.
      if (checkpoint.name === null) continue;
      this.#add(new KnownFile(checkpoint, checkpoint.name, true));
    }
  }

  /** The file that had an identity when it was last seen. */
  withIdentity(identity: Identity): KnownFile | undefined {
    return this.#byIdentity.get(keyOf(identity));
  }

  /** The file of the same log, which may have been compressed or written anew. */
  ofSameLog(file: FoundFile): KnownFile | undefined {
    return this.#byLog.get(logPathOf(file));
  }

  /**
   * Stores where known files are now, and adds new ones.
   *
   * @param places The known files that are at a new path or have a new identity.
   * @param fresh The new files, in the order in which they are read.
   * @returns The new files.
   */
  async save(
    places: ReadonlyMap<KnownFile, FoundFile>,
    fresh: readonly SessionFile[],
    nowMs: number,
  ): Promise<KnownFile[]> {
    if (places.size + fresh.length === 0) return [];
    const checkpoints = await this.#store.write(() => {
      for (const [{ log }, { identity, realPath }] of places) {
        this.#store.locateCheckpoint(log.id, { identity, name: realPath });
      }
      return fresh.map((file) => {
        const { identity, realPath: name } = file;
        const added = { identity, name, head: NOTHING, seenMs: nowMs };
        return this.#store.addCheckpoint(this.#directoryOf(file), added);
      });
    });
    for (const known of places.keys()) this.#remove(known);
    for (const [known, { identity, realPath }] of places) {
      known.identity = identity;
      known.log.name = realPath;
      this.#add(known);
    }
    return checkpoints.map((checkpoint, i) => {
      const known = new KnownFile(checkpoint, checkpoint.name!, false);
      known.begin(NOTHING, fresh[i].dialect);
      this.#add(known);
      return known;
    });
  }

  /**
   * Forgets the identities of files that are gone, since other files may get them;
   * and the files themselves if they were not read, or have been gone for long. One
   * that comes back is read again, which changes nothing.
   *
   * @param isPresent Whether a file is there.
   * @returns The files that are forgotten.
   */
  async retire(
    isPresent: (known: KnownFile) => boolean,
    nowMs: number,
  ): Promise<KnownFile[]> {
    const gone = [...this.#all].filter((known) => !isPresent(known));
    const forgotten = gone.filter((known) =>
      known.isUnread || nowMs - known.seenMs > REMEMBERED_MS
    );
    const lost = gone.filter((known) =>
      known.identity !== null && !forgotten.includes(known)
    );
    if (lost.length > 0) {
      await this.#store.write(() => {
        for (const { log: { id, name } } of lost) {
          this.#store.locateCheckpoint(id, { identity: null, name });
        }
      });
    }
    for (const known of lost) {
      this.#loseIdentity(known);
      known.identity = null;
    }
    await this.forget(forgotten);
    return forgotten;
  }

  /** Deletes known files. */
  async forget(files: readonly KnownFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.#store.write(() => {
      for (const { log } of files) this.#store.dropCheckpoint(log.id);
    });
    for (const known of files) {
      known.close();
      this.#remove(known);
    }
  }

  #add(known: KnownFile): void {
    this.#all.add(known);
    if (known.identity !== null) {
      this.#byIdentity.set(keyOf(known.identity), known);
    }
    this.#byLog.set(logOf(known), known);
  }

  #remove(known: KnownFile): void {
    this.#all.delete(known);
    const log = logOf(known);
    if (this.#byLog.get(log) === known) this.#byLog.delete(log);
    this.#loseIdentity(known);
  }

  /** Another file may have its identity already. */
  #loseIdentity(known: KnownFile): void {
    const { identity } = known;
    if (identity === null || this.withIdentity(identity) !== known) return;
    this.#byIdentity.delete(keyOf(identity));
  }

  /** The directory under which a file is stored. */
  #directoryOf({ path }: FoundFile): string {
    return this.#directories.find((directory) => isBelow(path, directory)) ??
      this.#directories[0];
  }
}

function logOf({ log }: KnownFile): string {
  return log.name.replace(COMPRESSED_NAME, "");
}

function keyOf({ device, inode }: Identity): string {
  return `${device} ${inode}`;
}

/** Whether a known file is at another path than before, or has another identity. */
export function hasMoved(known: KnownFile, file: FoundFile): boolean {
  return known.log.name !== file.realPath || known.identity === null ||
    !sameIdentity(known.identity, file.identity);
}
