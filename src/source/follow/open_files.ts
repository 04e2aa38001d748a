/**
 * Opens the files of a followed path, and keeps them in reading order.
 *
 * @module
 */

import {
  type Fingerprint,
  fingerprint,
  NOTHING,
} from "../../turns/checkpoint.ts";
import type { CheckpointStore } from "../../turns/store.ts";
import type { ChangeWatcher } from "./change_watcher.ts";
import { CompressedReader } from "./compressed_reader.ts";
import { Contents } from "./contents.ts";
import type { FileReader, ReaderParts } from "./file_reader.ts";
import type { LeftOver } from "./findings.ts";
import { identify } from "./identify.ts";
import { type KnownFile, KnownFiles } from "./known_files.ts";
import { PlainReader } from "./plain_reader.ts";
import { ReadingOrder } from "./reading_order.ts";
import { RotatedLog } from "./rotated_log.ts";
import {
  isUnchanged,
  Moved,
  openFile,
  sameIdentity,
  type ScannedFile,
} from "./scanned_file.ts";
import { isSystemError, WarnOnce } from "./warn_once.ts";

/** The time between two scans, in milliseconds. */
const SCAN = 1000;
/** How often to repeat a scan during which files were moved. */
const MOST_ATTEMPTS = 10;
/** How many files are open at most; newer ones wait until older ones are read. */
const MOST_OPEN = 64;

/** What {@linkcode OpenFiles} need. */
export interface OpenFilesParts extends ReaderParts {
  checkpoints: CheckpointStore;
  /** Shows a message to people. */
  report: (message: string) => void;
  watcher: ChangeWatcher;
}

/** The files of a log that must still be read. */
export class OpenFiles {
  #parts: OpenFilesParts;
  #log: RotatedLog;
  #path: string;
  #known: KnownFiles;
  #order: ReadingOrder;
  #contents: Contents;
  #warnings: WarnOnce;
  #leftOver: LeftOver = { copies: [], waiting: [] };
  /** The log itself at the last scan. */
  #current: ScannedFile | undefined;
  /** The outline of the last scan. */
  #seen = "";
  /** Whether all files are open that must be read. */
  #isComplete = false;
  #scannedAt = -Infinity;
  #startedMs: number;

  constructor(path: string, parts: OpenFilesParts) {
    const { checkpoints, report, clock } = parts;
    this.#path = path;
    this.#parts = parts;
    this.#warnings = new WarnOnce(report);
    this.#log = new RotatedLog(
      path,
      clock,
      (path, error) => this.#warnings.cannotRead(path, error),
    );
    this.#contents = new Contents(clock, this.#warnings);
    this.#known = new KnownFiles(path, checkpoints, report);
    this.#order = new ReadingOrder(path);
    this.#startedMs = clock.nowMs();
  }

  /** The readers of the open files, the oldest first. */
  get readers(): FileReader[] {
    return this.#known.open.map(({ reader }) => reader!);
  }

  /** Closes a file. */
  close(reader: FileReader): void {
    this.#known.of(reader)?.close();
  }

  /** Scans the files if a second has passed, or the log itself is another file. */
  async look(): Promise<void> {
    if (this.#isDue()) await this.lookNow();
  }

  /**
   * Scans the files, identifies them, and opens those that must be read.
   *
   * @returns Whether that succeeded.
   */
  async lookNow(): Promise<boolean> {
    this.#scannedAt = this.#parts.clock.uptimeMs();
    for (let i = 0; i < MOST_ATTEMPTS; i++) {
      try {
        await this.#scan();
        return true;
      } catch (error) {
        this.#isComplete = false;
        this.#contents.clear();
        // A file that was readable at the last scan may be refused now.
        if (error instanceof Moved || (i === 0 && isSystemError(error))) {
          continue;
        }
        this.#warnings.cannotRead(this.#path, error);
        return false;
      }
    }
    return false;
  }

  #isDue(): boolean {
    const { clock } = this.#parts;
    if (clock.uptimeMs() - this.#scannedAt >= SCAN) return true;
    try {
      const [before, now] = [this.#current, this.#log.current()];
      return !before || !now || !sameIdentity(before.identity, now.identity);
    } catch (error) {
      this.#warnings.cannotRead(this.#path, error);
      return false;
    }
  }

  /** @throws {Moved} If a file is no longer at its path. */
  async #scan(): Promise<void> {
    const files = this.#log.scan();
    const last = files.at(-1);
    const current = last && this.#log.isCurrent(last) ? last : undefined;
    this.#watch(current);
    this.#checkReaders();
    const seen = this.#outline(files);
    if (this.#isComplete && seen === this.#seen) return;
    if (current !== undefined) await this.#closeReplaced(current);
    this.#isComplete = await this.#identify(files, current);
    this.#seen = this.#outline(files);
    this.#contents.release();
  }

  /**
   * Closes files that no longer contain what was read of them.
   *
   * @throws {Moved} If there are any: the last scan is out of date.
   */
  #checkReaders(): void {
    let isScanValid = true;
    for (const known of this.#known.open) {
      known.reader!.check();
      if (!known.reader!.isReplaced) continue;
      known.close();
      isScanValid = false;
    }
    if (!isScanValid) throw new Moved();
  }

  /**
   * Closes a deleted file that was read to its end if the log now begins with all
   * of it, as rsync and `sed -i` leave it: that is the same log. If the log has
   * been read, it is another one that begins alike.
   */
  async #closeReplaced(current: ScannedFile): Promise<void> {
    const { open } = this.#known;
    const isRead = open.some(({ reader, isUnread }) =>
      !isUnread && sameIdentity(reader!.identity, current.identity)
    );
    if (isRead) return;
    for (const known of open) {
      const { reader, read } = known;
      const isGone = reader instanceof PlainReader && reader.isDeleted() &&
        read.offset > 0 && read.offset === reader.file.size;
      if (!isGone || !this.#contents.isReadable(current)) continue;
      if (await this.#contents.of(current).agrees(read)) known.close();
    }
  }

  #watch(current: ScannedFile | undefined): void {
    const before = this.#current;
    this.#current = current;
    const isSame = before && current &&
      sameIdentity(before.identity, current.identity);
    if (current && !isSame) this.#parts.watcher.watch([this.#path]);
  }

  /** A text that differs if the files have changed since the last scan. */
  #outline(files: ScannedFile[]): string {
    const open = this.#known.open;
    const isOpen = ({ identity }: ScannedFile) =>
      open.some(({ reader }) =>
        sameIdentity(reader!.identity, identity) && !reader!.isUntouched
      );
    return JSON.stringify([
      open.map(({ log }) => log.id),
      // The reader of an open file notices by itself that it grows.
      files.map((file) => isOpen(file) ? [file.path, file.identity] : file),
    ]);
  }

  /**
   * @returns Whether all files are open that must be read.
   * @throws {Moved} If a file is no longer at its path.
   */
  async #identify(
    files: ScannedFile[],
    current: ScannedFile | undefined,
  ): Promise<boolean> {
    const { clock } = this.#parts;
    const nowMs = clock.nowMs();
    const seenMs = this.#known.all.map((known) => known.seenMs);
    const findings = await identify({
      ...{ known: this.#known.all, files, current },
      ...{ contents: this.#contents, last: this.#leftOver },
      lookedMs: seenMs.length > 0 ? Math.max(...seenMs) : this.#startedMs,
    });
    const { places, refused } = findings;
    const fresh: [ScannedFile, Fingerprint][] = [];
    for (const file of findings.fresh) {
      fresh.push([file, refused.has(file) ? NOTHING : await this.#head(file)]);
    }
    this.#checkReaders();
    this.#leftOver = findings;
    const hasCurrent = current !== undefined && !refused.has(current);
    const added = await this.#known.apply({
      ...findings,
      ...{ fresh, hasCurrent, nowMs },
    });
    const known = new Map([...places, ...added]);
    const scanned = { ...findings, files, places: known };
    this.#known.all = this.#order.sorted(this.#known.all, scanned);
    const wanted = [...known].filter((
      [{ reader, position, endedAs }, file],
    ) =>
      reader === undefined &&
      (!position.done ||
        (file === current && !(endedAs && isUnchanged(endedAs, file))))
    ).sort(([, a], [, b]) => files.indexOf(a) - files.indexOf(b));
    const room = Math.max(1, MOST_OPEN - this.#known.open.length);
    const mayOpen = wanted.filter(([, file]) => !refused.has(file))
      .slice(0, room);
    for (const [known, file] of mayOpen) {
      if (known.isUnread) known.begin(await this.#head(file));
      this.#open(known, file);
    }
    return mayOpen.length === wanted.length && refused.size === 0;
  }

  async #head(file: ScannedFile): Promise<Fingerprint> {
    const content = this.#contents.of(file);
    // A compressed file has no known head until it is read.
    if (content.isCompressed) return NOTHING;
    const head = await content.head();
    return fingerprint(head, head.length);
  }

  /** @throws {Moved} If the file is no longer at its path, or was truncated. */
  #open(known: KnownFile, file: ScannedFile): void {
    const { position, log } = known;
    const handle = openFile(file);
    try {
      if (this.#contents.of(file).isCompressed) {
        known.reader = new CompressedReader(log, handle, position, this.#parts);
        return;
      }
      const reader = new PlainReader(log, handle, position, this.#parts);
      // From now on the reader detects changes before its position; identifying
      // the other files may have taken long.
      if (!reader.agrees(position)) throw new Moved();
      known.reader = reader;
    } catch (error) {
      handle.close();
      throw error;
    }
  }
}
