/**
 * Identifies the scanned files: which of them were read before, and which are
 * new (SPEC section 7, "across rotation").
 *
 * @module
 */

import { type Content, isPrefixOf } from "./content.ts";
import { Copies, type Copy } from "./copies.ts";
import type { FileReader } from "./file_reader.ts";
import type { Findings, Situation } from "./findings.ts";
import type { KnownFile } from "./known_files.ts";
import {
  CLOCK_STEP,
  isSameFile,
  sameIdentity,
  type ScannedFile,
} from "./scanned_file.ts";

/**
 * Compares the known files with the scanned files. The first of these rules that
 * applies identifies a scanned file:
 *
 * 1. An open file is the known file that it was opened for.
 * 2. A file that has the inode of a known file and contains what was read of it
 *    is that file.
 * 3. A file that contains what was read of a known file that is gone is that
 *    file: it was renamed, copied or compressed. A file that is not readable is
 *    the one that had its inode.
 * 4. A prefix of a file that is present, or was when it was read to that point,
 *    is a copy.
 * 5. A file older than the known files was present before them, and is ignored.
 * 6. All others are new.
 *
 * Unread known files only record which files must be read: they come last.
 *
 * @throws {Moved} If a file is no longer at its path.
 */
export async function identify(situation: Situation): Promise<Findings> {
  return await new Identification(situation).run();
}

class Identification {
  #situation: Situation;
  #places = new Map<KnownFile, ScannedFile>();
  #left: Set<ScannedFile>;
  #refused = new Set<ScannedFile>();
  #finder: Copies;
  #copies: Copy[] = [];
  #waiting: ScannedFile[] = [];

  constructor(situation: Situation) {
    this.#situation = situation;
    this.#left = new Set(situation.files);
    const { known, contents, last } = situation;
    this.#finder = new Copies({
      ...{ known, contents, last: last.copies, places: this.#places },
    });
  }

  async run(): Promise<Findings> {
    const { known, contents, current } = this.#situation;
    const read = known.filter(({ isUnread }) => !isUnread);
    const unread = known.filter(({ isUnread }) => isUnread);
    for (const one of read) if (one.reader) this.#claimInode(one);
    for (const file of this.#left) {
      if (!contents.isReadable(file)) this.#refused.add(file);
    }
    for (const one of read) await this.#claimSame(one);
    // A copy of a file that is present does not show where a missing one went.
    await this.#findCopies();
    const most = read.toSorted((a, b) => b.read.offset - a.read.offset);
    for (const file of this.#readable()) await this.#claimByContent(file, most);
    for (const one of known) this.#claimInode(one, this.#refused);
    await this.#findCopies(true);
    for (const one of unread) if (one.reader) this.#claimInode(one);
    for (const one of unread) await this.#claimSame(one);
    // The log itself is read in any case.
    for (const file of this.#readable().reverse()) {
      if (file !== current) await this.#claimByContent(file, unread);
    }
    return this.#findings();
  }

  #claim(known: KnownFile, file: ScannedFile): void {
    this.#places.set(known, file);
    this.#left.delete(file);
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
    const { identity, reader } = known;
    if (identity === null || this.#places.has(known) || reader) return;
    for (const file of this.#readable()) {
      if (!sameIdentity(file.identity, identity)) continue;
      if (await this.#isSame(file, known)) this.#claim(known, file);
    }
  }

  /** Whether the file with the inode of a known one contains what was read. */
  async #isSame(file: ScannedFile, known: KnownFile): Promise<boolean> {
    const { position: { head, offset }, isUnread } = known;
    const content = this.#contentOf(file);
    return head.length === 0
      ? isUnread || content.isOfSize(0)
      // Decompressing a whole file takes long: its size may be enough.
      : await this.#holds(file, known, await content.isOfSize(offset));
  }

  /** Rule 3: finds the first of some known files that is missing and in a file. */
  async #claimByContent(file: ScannedFile, known: KnownFile[]): Promise<void> {
    const missing = known.filter((known) =>
      !this.#places.has(known) && !known.reader &&
      known.position.head.length > 0
    );
    const first = async (known: KnownFile[]) => {
      for (const one of known) if (await this.#holds(file, one)) return one;
    };
    // That a file was read to its end matters only if it would be read.
    const isSought = this.#isNew(file) ||
      await first(missing.filter(({ position }) => !position.done));
    const found = isSought && await first(missing);
    if (found) this.#claim(found, file);
  }

  /**
   * Rule 4.
   *
   * @param isGone Whether the file that was copied may be gone.
   */
  async #findCopies(isGone = false): Promise<void> {
    for (const file of this.#readable()) {
      if (file === this.#situation.current) continue;
      const copy = await this.#finder.of(file, isGone);
      if (copy !== undefined) this.#copies.push(copy);
      else if (await this.#isRedundant(file)) this.#waiting.push(file);
      else continue;
      this.#left.delete(file);
    }
  }

  /** Whether a file is a prefix of the log itself, which may be unread. */
  async #isRedundant(file: ScannedFile): Promise<boolean> {
    const { current } = this.#situation;
    return this.#isReadable(current) &&
      await isPrefixOf(this.#contentOf(file), this.#contentOf(current));
  }

  /** Rules 5 and 6. */
  #findings(): Findings {
    const { known, files, current } = this.#situation;
    if (current && this.#refused.has(current)) this.#waiting.push(current);
    const isPresent = ({ identity }: FileReader) =>
      files.some((file) => sameIdentity(file.identity, identity));
    return {
      places: this.#places,
      mistaken: known.filter((one) =>
        one.reader?.isUntouched && !this.#places.has(one) &&
        isPresent(one.reader)
      ),
      fresh: [...this.#left].filter((file) => this.#isWanted(file)),
      ...{ refused: this.#refused, copies: this.#copies },
      waiting: this.#waiting,
    };
  }

  #isWanted(file: ScannedFile): boolean {
    // The log itself is unknown until it is readable.
    return file === this.#situation.current
      ? !this.#refused.has(file)
      : this.#isNew(file);
  }

  /** Whether a file is newer than the known files, or follows one of them. */
  #isNew(file: ScannedFile): boolean {
    const { files, known, lookedMs, last } = this.#situation;
    const found = new Set(this.#places.values());
    const isKnown = (file: ScannedFile) =>
      found.has(file) ||
      known.some(({ identity }) =>
        identity !== null && sameIdentity(identity, file.identity)
      );
    return file.modifiedMs >= lookedMs - CLOCK_STEP ||
      last.copies.some((copy) => isSameFile(copy.file, file)) ||
      last.waiting.some((other) => isSameFile(other, file)) ||
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

  /** @param isSure Whether the first bytes of a compressed file are enough. */
  async #holds(
    file: ScannedFile,
    { position }: KnownFile,
    isSure = false,
  ): Promise<boolean> {
    const content = this.#contentOf(file);
    return await content.agrees(position, isSure) &&
      // A file that was read to its end, and has more bytes, is another.
      (!position.done || await content.isOfSize(position.last.end));
  }
}
