/**
 * Finds the copies of files that are read: their lines come from the file itself.
 *
 * @module
 */

import { type Holder, isPrefixOf } from "./content.ts";
import type { Contents } from "./contents.ts";
import type { KnownFile } from "./known_files.ts";
import { PlainReader } from "./plain_reader.ts";
import { isUnchanged, sameIdentity, type ScannedFile } from "./scanned_file.ts";

/** A file that is a prefix of a known file. */
export interface Copy {
  file: ScannedFile;
  /** The known file. */
  of: KnownFile;
  /** Its size in bytes. */
  bytes: number;
}

/** What copies are found by. */
export interface CopiesParts {
  known: readonly KnownFile[];
  contents: Contents;
  /** The copies of the last scan. */
  last: readonly Copy[];
  /** The scanned files of known files, as far as they are found. */
  places: ReadonlyMap<KnownFile, ScannedFile>;
}

/** Finds the copies among the scanned files. */
export class Copies {
  #parts: CopiesParts;

  constructor(parts: CopiesParts) {
    this.#parts = parts;
  }

  /**
   * The known file that a file is a copy of, if any.
   *
   * @param isGone Whether the known file may be gone, and a file that was its copy
   * at the last scan still is.
   */
  async of(file: ScannedFile, isGone: boolean): Promise<Copy | undefined> {
    const last = this.#parts.last.find((copy) =>
      isUnchanged(copy.file, file) && copy.of.read.offset >= copy.bytes &&
      (isGone || this.#holderOf(copy.of) !== undefined)
    );
    if (last !== undefined) return { ...last, file };
    for (const known of this.#parts.known) {
      const bytes = await this.#bytesOf(file, known);
      if (bytes !== undefined) return { file, of: known, bytes };
    }
  }

  /** The size of a file in bytes, if it is a copy of a known one. */
  async #bytesOf(
    file: ScannedFile,
    known: KnownFile,
  ): Promise<number | undefined> {
    const content = this.#parts.contents.of(file);
    if (content.isNoCopyOf.has(known)) return undefined;
    const { read, reader } = known;
    const holder = this.#holderOf(known);
    const isItself = reader && sameIdentity(reader.identity, file.identity);
    const isEmpty = reader === undefined && known.isUnread;
    if (holder === undefined || isItself || isEmpty) return undefined;
    // A program that compresses a file keeps its modification time.
    const isSure = content.isCompressed && !this.#parts.places.has(known) &&
      reader?.file.modifiedMs === file.modifiedMs &&
      await content.isOfSize(reader.file.size);
    const isCopy =
      read.offset > 0 && (isSure || await content.isOfSize(read.offset))
        ? await content.agrees(read, isSure)
        : await isPrefixOf(content, holder);
    if (!isCopy) {
      content.isNoCopyOf.add(known);
      return undefined;
    }
    return isSure ? reader!.file.size : (await content.whole()).offset;
  }

  /** What a possible copy of a known file is compared with. */
  #holderOf(known: KnownFile): Holder | undefined {
    const { reader } = known;
    if (reader instanceof PlainReader) return reader;
    const { contents, places } = this.#parts;
    const place = places.get(known);
    return place && contents.isReadable(place) ? contents.of(place) : undefined;
  }
}
