/**
 * What reads one open file, plain or compressed, which may still grow.
 *
 * @module
 */

import type { Identity, Position } from "../../turns/checkpoint.ts";
import type { ReadOptions } from "../read_options.ts";
import type { Item, LogFile, Mark } from "../lines.ts";
import { readFailure } from "../source.ts";
import type { Clock } from "./change_watcher.ts";
import type { LinePositions } from "./line_positions.ts";
import { identityOf, scanned, type ScannedFile } from "./scanned_file.ts";

/** What a {@linkcode FileReader} needs. */
export interface ReaderParts {
  reading: ReadOptions;
  clock: Clock;
  /** Called with the reason if compressed data is damaged. */
  damaged: (name: string, reason: string) => void;
}

/**
 * Called before the first bytes of a file are taken, while it could still be
 * confused with another: whether it must still be read.
 */
export type MayBegin = () => Promise<boolean>;

/** Reads an open file from a position to its end, and further as it grows. */
export abstract class FileReader {
  /** The file that its lines refer to. */
  readonly log: LogFile;
  /** Its device and inode. */
  readonly identity: Identity;
  /** When it last grew, by {@linkcode Clock.uptimeMs}. */
  grownAt: number;
  /**
   * Whether it no longer contains what was read of it: it was truncated, and
   * perhaps rewritten.
   */
  isReplaced = false;
  /** Whether the last read reached its end. */
  isAtEnd = false;
  /** Whether nothing more will be read of it. */
  isDone = false;
  isClosed = false;
  protected handle: Deno.FsFile;
  protected parts: ReaderParts;

  /** @param handle Closed by {@linkcode FileReader.close}. */
  constructor(log: LogFile, handle: Deno.FsFile, parts: ReaderParts) {
    this.log = log;
    this.handle = handle;
    this.identity = identityOf(handle.statSync());
    this.parts = parts;
    this.grownAt = parts.clock.uptimeMs();
  }

  /**
   * The lines up to the current end of the file.
   *
   * @throws {Failure} If the file cannot be read.
   */
  abstract available(mayBegin: MayBegin): AsyncGenerator<Item[]>;

  /** Whether nothing of it has been read, in this run or an earlier one. */
  abstract readonly isUntouched: boolean;

  /** The end of the last complete line that was yielded. */
  abstract readonly position: Position;

  /** Checks that the file still contains what was read of it. */
  abstract check(): void;

  /** The splitter of its lines, once it is known where they begin. */
  protected abstract readonly lines: LinePositions | undefined;

  /** A mark after the last complete line, unless the last mark was there. */
  mark(): Mark | undefined {
    return this.lines?.mark();
  }

  /** Reports the file if it was read to its end and no line was recognised. */
  checkRecognised(): void {
    if (this.isAtEnd) this.lines?.checkRecognised();
  }

  /** Whether the file no longer has a name. */
  isDeleted(): boolean {
    return this.stat().nlink === 0;
  }

  /** The file with its current status. */
  get file(): ScannedFile {
    return scanned(this.log.name, this.stat());
  }

  /** Closes the file, and drops an incomplete line. */
  close(): void {
    this.isClosed = true;
    this.lines?.drop();
    this.handle.close();
  }

  /** @throws {Failure} If the system refuses it. */
  protected stat(): Deno.FileInfo {
    return this.orFail(() => this.handle.statSync());
  }

  /** @throws {Failure} If `action` throws. */
  protected orFail<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw readFailure(this.log.name, error);
    }
  }
}
