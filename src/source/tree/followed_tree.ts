/**
 * The session files below directories, as they come, grow and go (SPEC section
 * 10).
 *
 * @module
 */

import { NOTHING } from "../../turns/checkpoint.ts";
import { MOST_HEAD_BYTES } from "../../dialect/dialect.ts";
import { CompressedReader } from "../follow/compressed_reader.ts";
import { Content } from "../follow/content.ts";
import type { FileReader, ReaderParts } from "../follow/file_reader.ts";
import type { FollowedFiles, FollowedParts } from "../follow/followed_files.ts";
import type { KnownFile } from "../follow/known_files.ts";
import { PlainReader } from "../follow/plain_reader.ts";
import {
  CLOCK_STEP,
  isSameFile,
  isUnchanged,
  Moved,
  sameIdentity,
  type ScannedFile,
} from "../follow/scan.ts";
import { WarnOnce } from "../follow/warn_once.ts";
import type { ReadOptions } from "../line_splitter.ts";
import type { Item } from "../lines.ts";
import type { FoundFile } from "./files_below.ts";
import { hasMoved, KnownSessions } from "./known_sessions.ts";
import {
  byAge,
  byPreference,
  logPathOf,
  type SessionFile,
  SessionRecogniser,
} from "./recognise.ts";
import { isBelow, TreeScan } from "./tree_scan.ts";

export { LogOrTree } from "./log_or_tree.ts";

/** How long a file is kept open after it last grew, in milliseconds. */
const LINGER = 30_000;
/** How many files are kept open at most. */
const MOST_OPEN = 64;

const always = () => Promise.resolve(true);

/** Follows the session files below directories. */
export class FollowedTree implements FollowedFiles {
  #directories: readonly string[];
  #parts: FollowedParts;
  #isExcluded: (realPath: string) => boolean;
  #reading: ReaderParts;
  #warnings: WarnOnce;
  #scan: TreeScan;
  #recogniser: SessionRecogniser;
  #known: KnownSessions;
  /** Files without a session, as they were at the last look. */
  #foreign = new Map<string, ScannedFile>();
  /** The files of known sessions, as they were found last. */
  #found = new Map<KnownFile, FoundFile>();
  /** The status that files had before they were read to their ends. */
  #read = new Map<KnownFile, ScannedFile>();
  /** Files in which something may be unread. */
  #due = new Set<KnownFile>();
  /** Files that have a reader. */
  #open = new Set<KnownFile>();
  #isFirstLook = true;

  /**
   * @param directories Their absolute paths without links.
   * @param isExcluded Whether a file is followed as a log, by its path without
   * links.
   */
  constructor(
    directories: readonly string[],
    parts: FollowedParts,
    reading: ReadOptions,
    isExcluded: (realPath: string) => boolean = () => false,
  ) {
    this.#isExcluded = isExcluded;
    const { watcher, clock, damaged } = parts;
    this.#directories = directories;
    this.#parts = parts;
    this.#reading = { reading, clock, damaged };
    this.#warnings = new WarnOnce(parts.report);
    const skipped = (path: string, reason: string) =>
      this.#warnings.warn(
        `cannot read ${JSON.stringify(path)}: ${reason}; retrying`,
      );
    const named = directories.map((path) => JSON.stringify(path)).join(", ");
    const unwatched = () =>
      this.#warnings.warn(
        `the system has no file watches left for ${named}: looking for changes every second instead; raise fs.inotify.max_user_watches`,
      );
    const scanning = { watcher, clock, skipped, unwatched };
    this.#scan = new TreeScan(directories, scanning);
    this.#recogniser = new SessionRecogniser(
      skipped,
      reading.dialect && [reading.dialect],
    );
    this.#known = new KnownSessions(directories, parts.checkpoints);
  }

  changed(limit: number): Promise<void> {
    return this.#parts.watcher.changed(limit);
  }

  close(): void {
    for (const known of this.#open) this.#closeNow(known);
    this.#parts.watcher.close();
  }

  async look(): Promise<void> {
    const { files, isWhole } = this.#scan.scan();
    const places = new Map<KnownFile, FoundFile>();
    const others: FoundFile[] = [];
    for (const file of files) {
      if (this.#isExcluded(file.realPath)) continue;
      const known = this.#known.withIdentity(file.identity);
      if (known !== undefined && await this.#isSame(known, file)) {
        places.set(known, file);
      } else others.push(file);
    }
    const fresh = new Map<string, SessionFile>();
    for (const file of others.sort(byPreference)) {
      const known = this.#known.ofSameLog(file);
      if (known === undefined) {
        // Of a log that is being compressed, the plain file is the whole one.
        if (fresh.has(logPathOf(file)) || this.#isForeign(file)) continue;
        const session = await this.#recogniser.recognise(file);
        if (session === undefined) this.#foreign.set(file.realPath, file);
        else fresh.set(logPathOf(file), session);
      } else if (isWhole && !places.has(known)) places.set(known, file);
      // Only a whole scan shows that its file is not elsewhere by now.
      else if (!isWhole) this.#scan.scanAllNext();
    }
    await this.#save(places, [...fresh.values()].sort(byAge));
    if (!isWhole) return;
    if (this.#isFirstLook) this.#checkRecognised(files);
    this.#isFirstLook = false;
    const present = new Set([...places.keys(), ...this.#due]);
    this.#known.keepIdentities(present);
    const nowMs = this.#parts.clock.nowMs();
    await this.#forget(this.#known.outdated(present, nowMs));
  }

  /** Reports directories in which there are files, but no session (SPEC section 7). */
  #checkRecognised(files: FoundFile[]): void {
    for (const directory of this.#directories) {
      const below = files.filter(({ path }) => isBelow(path, directory));
      const isForeign = ({ realPath }: FoundFile) =>
        this.#foreign.has(realPath);
      if (below.length === 0 || !below.every(isForeign)) continue;
      this.#reading.reading.unrecognised?.(directory);
    }
  }

  async #save(
    places: Map<KnownFile, FoundFile>,
    fresh: SessionFile[],
  ): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const moved = new Map(
      [...places].filter(([known, file]) => hasMoved(known, file)),
    );
    const added = await this.#known.save(moved, fresh, nowMs);
    for (const [i, known] of added.entries()) places.set(known, fresh[i]);
    for (const [known, file] of places) {
      this.#found.set(known, file);
      if (moved.has(known)) this.#read.delete(known);
      const read = this.#read.get(known);
      if (read === undefined || !isUnchanged(read, file)) this.#due.add(known);
    }
  }

  async #forget(files: KnownFile[]): Promise<void> {
    await this.#known.forget(files);
    for (const known of files) {
      this.#found.delete(known);
      this.#read.delete(known);
      this.#due.delete(known);
    }
  }

  /** Whether a file with the identity of a known one is that file. */
  async #isSame(known: KnownFile, file: FoundFile): Promise<boolean> {
    if (known.log.name === file.realPath) return true;
    // It was renamed, or another file got the inode of a deleted one.
    if (known.isUnread) return false;
    const content = new Content(file);
    try {
      return await content.agrees(known.read);
    } catch (error) {
      if (!(error instanceof Moved)) {
        this.#warnings.cannotRead(file.path, error);
      }
      return true;
    } finally {
      content.close();
    }
  }

  /** Whether a file was no session, and has not changed where that can be seen. */
  #isForeign(file: FoundFile): boolean {
    const before = this.#foreign.get(file.realPath);
    if (before === undefined || !isSameFile(before, file)) return false;
    return isUnchanged(before, file) ||
      before.size >= MOST_HEAD_BYTES && file.size >= before.size;
  }

  async *available(): AsyncGenerator<Item[]> {
    for (const known of this.#inOrder([...this.#due])) {
      // It may have been forgotten meanwhile.
      if (this.#due.delete(known)) yield* this.#availableOf(known);
    }
  }

  /**
   * Files in the order in which they were found, but first those that have grown:
   * that the others are unchanged can be checked later.
   */
  #inOrder(files: KnownFile[]): KnownFile[] {
    const hasGrown = (known: KnownFile) =>
      this.#found.get(known)!.size !== known.read.offset;
    const [changed, others] = [true, false].map((grown) =>
      files.filter((known) => hasGrown(known) === grown)
        .sort((a, b) => a.log.id - b.log.id)
    );
    return [...changed, ...others];
  }

  /** The available lines of one file; it is closed unless it may soon grow. */
  async *#availableOf(known: KnownFile): AsyncGenerator<Item[]> {
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

  /** Opens a file at its position; from its beginning if it is another one. */
  async #openReader(
    known: KnownFile,
    file: FoundFile,
  ): Promise<FileReader | undefined> {
    const content = new Content(file);
    try {
      const handle = content.open();
      // Decompressing a whole file takes long: one that was read to its end, and
      // has not changed since, need not be.
      const isDone = known.position.done && content.isCompressed &&
        file.modifiedMs < known.movedMs - CLOCK_STEP;
      const isSame = await content.agrees(known.position, isDone);
      if (isDone && isSame) {
        content.close();
        this.#markRead(known, file);
        return undefined;
      }
      if (!isSame) {
        const session = await this.#recogniser.recognise(file);
        if (session === undefined) {
          content.close();
          this.#foreign.set(file.realPath, file);
          await this.#forget([known]);
          return undefined;
        }
        known.begin(NOTHING, session.dialect);
      }
      const Reader = content.isCompressed ? CompressedReader : PlainReader;
      return new Reader(known.log, handle, known.position, this.#reading);
    } catch (error) {
      content.close();
      if (error instanceof Moved) this.#scan.scanAllNext();
      else {
        this.#warnings.cannotRead(file.path, error);
        this.#due.add(known);
      }
      return undefined;
    }
  }

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
