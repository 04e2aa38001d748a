/**
 * Reads the session files below followed directories as they grow. Of thousands
 * that are known only those are open that have grown lately.
 *
 * @module
 */

import { NOTHING } from "../../turns/checkpoint.ts";
import { CompressedReader } from "../follow/compressed_reader.ts";
import { Content } from "../follow/content.ts";
import type { FileReader, ReaderParts } from "../follow/file_reader.ts";
import type { KnownFile } from "../follow/known_files.ts";
import { PlainReader } from "../follow/plain_reader.ts";
import {
  CLOCK_STEP,
  isUnchanged,
  Moved,
  sameIdentity,
  type ScannedFile,
} from "../follow/scanned_file.ts";
import type { WarnOnce } from "../follow/warn_once.ts";
import type { Item } from "../lines.ts";
import type { FoundFile } from "./files_below.ts";
import type { SessionRecogniser } from "./recognise.ts";

/** How long a file is kept open after it last grew, in milliseconds. */
const LINGER = 30_000;
/** How many files are kept open at most. */
const MOST_OPEN = 64;
/**
 * For how long to check files of the same size at a time, in milliseconds: lines that
 * are appended meanwhile come first.
 */
const MOST_CHECK = 50;

const always = () => Promise.resolve(true);

/** What {@linkcode SessionReaders} need. */
export interface SessionReaderParts extends ReaderParts {
  recogniser: SessionRecogniser;
  warnings: WarnOnce;
  /** Called if a file is not at its path any more. */
  moved: () => void;
  /** Called if a known file was written anew, and is no session now. */
  foreign: (known: KnownFile, file: FoundFile) => Promise<void>;
}

/** Reads the known session files. */
export class SessionReaders {
  #parts: SessionReaderParts;
  /** The files of known sessions, as they were found last. */
  #found = new Map<KnownFile, FoundFile>();
  /** The status that files had before they were read to their ends. */
  #read = new Map<KnownFile, ScannedFile>();
  /** Files in which something may be unread. */
  #due = new Set<KnownFile>();
  /** Files that have a reader. */
  #open = new Set<KnownFile>();

  constructor(parts: SessionReaderParts) {
    this.#parts = parts;
  }

  /**
   * Takes where known files were found.
   *
   * @param moved Those that are at another path or have another identity.
   */
  place(
    places: ReadonlyMap<KnownFile, FoundFile>,
    moved: ReadonlySet<KnownFile>,
  ): void {
    for (const [known, file] of places) {
      this.#found.set(known, file);
      const read = this.#read.get(known);
      const isRead = read !== undefined && isUnchanged(read, file);
      if (!isRead || moved.has(known)) this.#due.add(known);
    }
  }

  /** Whether a file is still to be read. */
  isDue(known: KnownFile): boolean {
    return this.#due.has(known);
  }

  /** Drops files that are no longer known. */
  forget(files: readonly KnownFile[]): void {
    for (const known of files) {
      this.#closeNow(known);
      this.#found.delete(known);
      this.#read.delete(known);
      this.#due.delete(known);
    }
  }

  /**
   * The lines up to the current ends of the files, in the order in which they were
   * found.
   *
   * @throws {Failure} If a file can no longer be read.
   */
  async *available(): AsyncGenerator<Item[]> {
    const hasGrown = (known: KnownFile) =>
      this.#found.get(known)!.size !== known.position.offset;
    const due = [...this.#due].sort((a, b) => a.log.id - b.log.id);
    const grown = due.filter(hasGrown);
    for (const known of grown) yield* this.#availableOf(known);
    const { clock } = this.#parts;
    const begin = clock.uptimeMs();
    // Only whether these were written anew is to be checked.
    for (const known of due.filter((known) => !grown.includes(known))) {
      if (clock.uptimeMs() - begin > MOST_CHECK) return;
      yield* this.#availableOf(known);
    }
  }

  /** The available lines of one file; it is closed unless it may soon grow. */
  async *#availableOf(known: KnownFile): AsyncGenerator<Item[]> {
    // It may have been forgotten meanwhile.
    if (!this.#due.delete(known)) return;
    const { reader } = known;
    const file = this.#found.get(known)!;
    if (reader !== undefined && !sameIdentity(reader.identity, file.identity)) {
      // Another file took its place: what was appended before that comes first.
      yield* reader.available(always);
      yield* this.#close(known);
    }
    const opened = known.reader ?? await this.#openReader(known, file);
    if (opened === undefined) return;
    known.reader = opened;
    this.#open.add(known);
    const before = opened.file;
    yield* opened.available(always);
    if (opened.isReplaced) {
      this.#due.add(known);
      return this.#closeNow(known);
    }
    this.#markRead(known, before);
    if (opened.isDone) return this.#closeNow(known);
    const quiet = this.#parts.clock.nowMs() - before.modifiedMs;
    if (quiet > LINGER || this.#open.size > MOST_OPEN) {
      yield* this.#close(known);
    }
  }

  /** Remembers how a file was, if another change will show in its time. */
  #markRead(known: KnownFile, before: ScannedFile): void {
    const age = this.#parts.clock.nowMs() - before.modifiedMs;
    if (age > CLOCK_STEP) this.#read.set(known, before);
    else this.#read.delete(known);
  }

  /**
   * Opens a file at its position, or at its beginning if it is another one;
   * `undefined` if there is nothing to read in it.
   */
  async #openReader(
    known: KnownFile,
    file: FoundFile,
  ): Promise<FileReader | undefined> {
    const content = new Content(file);
    const { recogniser, warnings, moved, foreign } = this.#parts;
    try {
      const handle = content.open();
      const { position, movedMs } = known;
      // Decompressing a whole file takes long: one that was read to its end need
      // not be, if it has not changed since.
      const isDone = position.done && content.isCompressed &&
        file.modifiedMs < movedMs - CLOCK_STEP;
      const isSame = await content.agrees(position, isDone);
      // What was read after the position was perhaps not emitted.
      const isRead = isDone ||
        !content.isCompressed && file.size === position.offset;
      if (isSame && isRead) {
        content.close();
        this.#markRead(known, file);
        return undefined;
      }
      if (!isSame) {
        const session = await recogniser.recognise(file);
        if (session === undefined) {
          content.close();
          await foreign(known, file);
          return undefined;
        }
        known.begin(NOTHING, session.dialect);
      }
      const Reader = content.isCompressed ? CompressedReader : PlainReader;
      return new Reader(known.log, handle, known.position, this.#parts);
    } catch (error) {
      content.close();
      if (error instanceof Moved) moved();
      else {
        warnings.cannotRead(file.path, error);
        this.#due.add(known);
      }
      return undefined;
    }
  }

  /** Marks the positions of open files, and closes those that do not grow. */
  async *settle(): AsyncGenerator<Item[]> {
    const now = this.#parts.clock.uptimeMs();
    for (const known of this.#open) {
      const reader = known.reader!;
      if (now - reader.grownAt > LINGER) yield* this.#close(known);
      else {
        const mark = reader.mark();
        if (mark !== undefined) yield [mark];
      }
    }
  }

  /** Closes all files. */
  close(): void {
    for (const known of this.#open) this.#closeNow(known);
  }

  /** Closes a file after its position is stored; half a line is read again. */
  async *#close(known: KnownFile): AsyncGenerator<Item[]> {
    const mark = known.reader!.mark();
    this.#closeNow(known);
    if (mark === undefined) return;
    // Once it is asked for, all lines before it were decoded.
    const position = () => {
      const reached = mark.position();
      known.settle(reached);
      return reached;
    };
    yield [{ position }];
  }

  #closeNow(known: KnownFile): void {
    known.close();
    this.#open.delete(known);
  }
}
