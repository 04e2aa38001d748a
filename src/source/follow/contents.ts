/**
 * Remembers the contents of the scanned files between scans.
 *
 * @module
 */

import { Failure } from "../../error.ts";
import type { Clock } from "./change_watcher.ts";
import { Content } from "./content.ts";
import {
  CLOCK_STEP,
  isUnchanged,
  Moved,
  type ScannedFile,
} from "./scanned_file.ts";
import type { WarnOnce } from "./warn_once.ts";

/** The contents of files, each kept until the file changes. */
export class Contents {
  #contents = new Map<string, { content: Content; sinceMs: number }>();
  #used = new Set<string>();
  #clock: Clock;
  #warnings: WarnOnce;

  constructor(clock: Clock, warnings: WarnOnce) {
    this.#clock = clock;
    this.#warnings = warnings;
  }

  /** The content of a file as it was at a scan. */
  of(file: ScannedFile): Content {
    const key = JSON.stringify(file.identity);
    this.#used.add(key);
    const known = this.#contents.get(key)?.content;
    if (known !== undefined && isUnchanged(known.file, file)) {
      known.file = file;
      return known;
    }
    known?.close();
    const content = new Content(file);
    this.#contents.set(key, { content, sinceMs: this.#clock.nowMs() });
    return content;
  }

  /**
   * Whether a file is readable; warns if it is not.
   *
   * @throws {Moved} If it is no longer at its path.
   */
  isReadable(file: ScannedFile): boolean {
    try {
      this.of(file).checkReadable();
      return true;
    } catch (error) {
      if (error instanceof Moved) throw error;
      // The library that decompresses it may be installed later.
      if (error instanceof Failure) this.#warnings.warn(error.message);
      else this.#warnings.cannotRead(file.path, error);
      return false;
    }
  }

  /**
   * Closes all files. Forgets those that were not requested since the last call,
   * and those that were read so soon after a change that another change may not
   * show in their time.
   */
  release(): void {
    for (const [key, { content, sinceMs }] of this.#contents) {
      content.close();
      const isSettled = sinceMs - content.file.modifiedMs > CLOCK_STEP;
      if (!isSettled || !this.#used.has(key)) this.#contents.delete(key);
    }
    this.#used.clear();
  }

  /** Forgets all. */
  clear(): void {
    for (const { content } of this.#contents.values()) content.close();
    this.#contents.clear();
  }
}
