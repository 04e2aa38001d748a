/**
 * Finds out which of the files at hand were read before, and which are new
 * (SPEC section 7, "across rotation").
 *
 * @module
 */

import {
  type Content,
  type Contents,
  type Holder,
  isBeginningOf,
} from "./content.ts";
import { PlainReader } from "./file_reader.ts";
import type { KnownFile } from "./known_files.ts";
import {
  CLOCK_STEP,
  isSameFile,
  isUnchanged,
  sameIdentity,
  type ScannedFile,
} from "./scan.ts";

/** A file in which nothing is that is not in another. */
export interface Copy {
  file: ScannedFile;
  /** The other one. */
  of: KnownFile;
  /** How many bytes are in it. */
  bytes: number;
}

/** What is known, and what is there. */
export interface Situation {
  /** The files that are known, in the order of their reading. */
  known: readonly KnownFile[];
  /** The files that are there, in the order of their reading. */
  files: ScannedFile[];
  /** The one of them that is the log itself. */
  current: ScannedFile | undefined;
  contents: Contents;
  /** When the newest of the known files was first seen, in milliseconds since the epoch. */
  lookedMs: number;
  /** The copies that were found at the last look. */
  copies: Copy[];
  /** The files that nothing was in then that is not in another. */
  redundant: ScannedFile[];
}

/** Which file is which. */
export interface Findings {
  /** Where known files are. */
  places: Map<KnownFile, ScannedFile>;
  /** Known files of which nothing was read, and whose place a new one takes. */
  dropped: KnownFile[];
  /** Files that are to be read and are not known, in this order. */
  fresh: ScannedFile[];
  copies: Copy[];
  redundant: ScannedFile[];
  /** Files that may not be read. */
  refused: Set<ScannedFile>;
}

/**
 * Compares what is known with what is there. Of these rules the first that
 * applies decides what a file is:
 *
 * 1. One that is open is known for sure.
 * 2. One with the inode of a known file that holds what was read of it is that.
 * 3. So is one that holds what was read of a file that is gone: it was renamed,
 *    copied or compressed. One that may not be read is what had its inode.
 * 4. One that is the beginning of a file that is there, or that was when all
 *    of it was read there, is a copy.
 * 5. One that is older than what was seen was there before all that is known.
 * 6. All others are new.
 *
 * Known files of which nothing was read only tell which files are to be read:
 * they come in the order of the files that are there.
 *
 * @throws {Moved} Where a file is not where it was.
 */
export async function identify(situation: Situation): Promise<Findings> {
  return await new Identification(situation).run();
}

class Identification {
  #situation: Situation;
  #places = new Map<KnownFile, ScannedFile>();
  #left: Set<ScannedFile>;
  #claimed = new Set<ScannedFile>();
  #refused = new Set<ScannedFile>();
  #copies: Copy[] = [];
  #redundant: ScannedFile[] = [];

  constructor(situation: Situation) {
    this.#situation = situation;
    this.#left = new Set(situation.files);
  }

  async run(): Promise<Findings> {
    const { known, contents } = this.#situation;
    const read = known.filter(({ isUnread }) => !isUnread);
    const unread = known.filter(({ isUnread }) => isUnread);
    for (const one of read) if (one.reader) this.#claimInode(one);
    for (const file of this.#left) {
      if (!contents.isReadable(file)) this.#refused.add(file);
    }
    for (const one of read) await this.#claimSame(one);
    // What is in a file that is there anyway says nothing of one that is gone.
    await this.#findCopies();
    const most = read.toSorted((a, b) => b.read.offset - a.read.offset);
    for (const file of this.#readable()) await this.#claimByContent(file, most);
    for (const one of known) this.#claimInode(one, this.#refused);
    await this.#findCopies(true);
    for (const one of unread) if (one.reader) this.#claimInode(one);
    for (const one of unread) await this.#claimUnread(one);
    for (const one of unread) await this.#claimUnreadElsewhere(one);
    return this.#ordered();
  }

  #claim(known: KnownFile, file: ScannedFile): void {
    this.#places.set(known, file);
    this.#left.delete(file);
    this.#claimed.add(file);
  }

  /** Claims the file that has the inode of a known one. */
  #claimInode(known: KnownFile, files = this.#left): void {
    const identity = known.reader?.identity ?? known.identity;
    if (identity === null || this.#places.has(known)) return;
    for (const file of files) {
      if (!this.#left.has(file)) continue;
      if (sameIdentity(file.identity, identity)) this.#claim(known, file);
    }
  }

  /** Rule 2. */
  async #claimSame(known: KnownFile): Promise<void> {
    const { identity, reader, position } = known;
    if (identity === null || this.#places.has(known) || reader) return;
    for (const file of this.#readable()) {
      if (!sameIdentity(file.identity, identity)) continue;
      const content = this.#contentOf(file);
      // To decompress all of one that ends where it was read to takes long.
      const isSure = content.isOfSize(position.offset);
      const isSame = position.head.length > 0
        ? await content.agrees(position, isSure)
        : content.isOfSize(0);
      if (isSame && this.#mayHaveEnded(known, file)) this.#claim(known, file);
    }
  }

  /** Rule 3, for the known file of which most was read. */
  async #claimByContent(file: ScannedFile, read: KnownFile[]): Promise<void> {
    let isSought = this.#isNew(file);
    for (const isLast of [false, true]) {
      for (const known of read) {
        const { done, head } = known.position;
        if (this.#places.has(known) || known.reader || head.length === 0) {
          continue;
        }
        // It is only of use to know that all of it was read if it is wanted.
        if (done && !isSought) continue;
        if (!await this.#holds(file, known)) continue;
        if (!this.#mayHaveEnded(known, file)) continue;
        if (isSought || isLast) return this.#claim(known, file);
        isSought = true;
        break;
      }
      if (!isSought) return;
    }
  }

  /** With more in it than was read to the end a file is another. */
  #mayHaveEnded({ position }: KnownFile, file: ScannedFile): boolean {
    const { done, last } = position;
    return !done || this.#contentOf(file).isOfSize(last.end);
  }

  /**
   * Rule 4.
   *
   * @param isGone Whether what is a copy may be all that is left.
   */
  async #findCopies(isGone = false): Promise<void> {
    const { current, copies } = this.#situation;
    for (const file of this.#readable()) {
      if (file === current) continue;
      const copy = copies.find((copy) =>
        isUnchanged(copy.file, file) && copy.of.read.offset >= copy.bytes &&
        (isGone || this.#holderOf(copy.of) !== undefined)
      ) ?? await this.#copyOf(file);
      if (copy !== undefined) {
        this.#copies.push({ ...copy, file });
      }
      if (copy !== undefined || await this.#isRedundant(file)) {
        this.#left.delete(file);
        this.#redundant.push(file);
      }
    }
  }

  async #copyOf(file: ScannedFile): Promise<Copy | undefined> {
    const content = this.#contentOf(file);
    for (const known of this.#situation.known) {
      const holder = this.#holderOf(known);
      if (holder === undefined) continue;
      const { read, reader } = known;
      if (reader === undefined) {
        if (known.isUnread) continue;
      } else if (sameIdentity(reader.identity, file.identity)) continue;
      // A program that compresses a file keeps its time.
      const isSure = content.isCompressed && !this.#places.has(known) &&
        reader?.file.modifiedMs === file.modifiedMs &&
        content.isOfSize(reader.file.size);
      const isCopy =
        read.offset > 0 && (isSure || content.isOfSize(read.offset))
          ? await content.agrees(read, isSure)
          : await isBeginningOf(content, holder);
      if (!isCopy) continue;
      const bytes = isSure ? read.offset : (await content.whole()).offset;
      return { file, of: known, bytes };
    }
  }

  /** Whether a file is empty, or what the log itself begins with. */
  async #isRedundant(file: ScannedFile): Promise<boolean> {
    const { current } = this.#situation;
    if (!this.#isReadable(current)) return false;
    const content = this.#contentOf(file);
    if ((await content.head()).length > 0) {
      return await isBeginningOf(content, this.#contentOf(current));
    }
    // A copy that has just been begun: what comes in it makes it another file.
    const isWaiting = this.#situation.known.some(({ identity }) =>
      identity !== null && sameIdentity(identity, file.identity)
    );
    return !isWaiting &&
      [...this.#places].some(([known, place]) =>
        place === current && !known.isUnread
      );
  }

  /** What can be asked whether it holds what is in a copy. */
  #holderOf(known: KnownFile): Holder | undefined {
    const { reader } = known;
    const place = this.#places.get(known);
    return reader instanceof PlainReader || !this.#isReadable(place)
      ? reader
      : this.#contentOf(place);
  }

  /** Finds the file that is known only as one that is to be read. */
  async #claimUnread(known: KnownFile): Promise<void> {
    const { identity, position } = known;
    for (const file of this.#readable()) {
      if (identity === null || !sameIdentity(file.identity, identity)) continue;
      const isSame = position.head.length === 0 ||
        file === this.#situation.current || await this.#holds(file, known);
      if (isSame) this.#claim(known, file);
    }
  }

  /** Finds it again by its first bytes. */
  async #claimUnreadElsewhere(known: KnownFile): Promise<void> {
    const { head } = known.position;
    if (this.#places.has(known) || known.reader || head.length === 0) return;
    for (const file of this.#readable().reverse()) {
      // The log itself is to be read in any case.
      if (file === this.#situation.current) continue;
      if (await this.#holds(file, known)) return this.#claim(known, file);
    }
  }

  /** Rules 5 and 6. */
  #ordered(): Findings {
    const { files } = this.#situation;
    const places = this.#places;
    const owners = new Map([...places].map(([known, file]) => [file, known]));
    const fresh: ScannedFile[] = [];
    const dropped = this.#mistaken();
    let lastId = 0;
    for (const file of files) {
      const owner = owners.get(file);
      if (owner?.isUnread && (fresh.length > 0 || owner.log.id < lastId)) {
        dropped.push(owner);
        places.delete(owner);
        fresh.push(file);
      } else if (owner !== undefined) lastId = Math.max(lastId, owner.log.id);
      else if (this.#left.has(file) && this.#isWanted(file)) fresh.push(file);
    }
    return {
      ...{ places, dropped, fresh, refused: this.#refused },
      ...{ copies: this.#copies, redundant: this.#redundant },
    };
  }

  /** Open files of which nothing was read, and that turned out to be others. */
  #mistaken(): KnownFile[] {
    const { known, files } = this.#situation;
    return known.filter((one) =>
      one.reader?.isUntouched && !this.#places.has(one) &&
      files.some(({ identity }) => sameIdentity(identity, one.reader!.identity))
    );
  }

  #isWanted(file: ScannedFile): boolean {
    // Nothing is known of the log itself before it can be read.
    return file === this.#situation.current
      ? !this.#refused.has(file)
      : this.#isNew(file);
  }

  /** Whether a file came after what was seen, or after one that is known. */
  #isNew(file: ScannedFile): boolean {
    const { files, known, lookedMs, redundant } = this.#situation;
    const isKnown = (file: ScannedFile) =>
      this.#claimed.has(file) ||
      known.some(({ identity }) =>
        identity !== null && sameIdentity(identity, file.identity)
      );
    return file.modifiedMs >= lookedMs - CLOCK_STEP ||
      redundant.some((other) => isSameFile(other, file)) ||
      files.slice(0, files.indexOf(file) + 1).some(isKnown);
  }

  #isReadable(file: ScannedFile | undefined): file is ScannedFile {
    return file !== undefined && this.#situation.contents.isReadable(file);
  }

  #readable(): ScannedFile[] {
    return [...this.#left].filter((file) => !this.#refused.has(file));
  }

  #contentOf(file: ScannedFile): Content {
    return this.#situation.contents.of(file);
  }

  #holds(file: ScannedFile, known: KnownFile): Promise<boolean> {
    return this.#contentOf(file).agrees(known.position);
  }
}
