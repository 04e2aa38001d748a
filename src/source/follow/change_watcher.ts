/**
 * Waits for changes of files, with a timeout.
 *
 * @module
 */

import { unlessMissing } from "../../system/unless_missing.ts";

/** The only clock of a follower. */
export interface Clock {
  /** The time of day, in milliseconds since the epoch, as files have it. */
  nowMs(): number;
  /** A monotonic time, in milliseconds. */
  uptimeMs(): number;
}

/** The clock of the system. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  uptimeMs: () => performance.now(),
};

/** Waits for changes of files. */
export interface ChangeWatcher {
  /**
   * Watches what is now at some paths, and below them, instead of what was
   * watched before.
   *
   * @returns Whether the system reports its changes; if not, each wait ends at its
   * limit.
   */
  watch(paths: readonly string[]): boolean;
  /**
   * The paths that have changed since the last call; `null` if the system has
   * lost count of them.
   */
  take(): ReadonlySet<string> | null;
  /** Resolves at the next change, or after `limit` milliseconds. */
  changed(limit: number): Promise<void>;
  /** Stops watching. */
  close(): void;
}

/**
 * Waits for changes that the system reports.
 *
 * For each event the runtime opens and closes the file of the event. If that were
 * the database, this process would lose all its locks on it, SQLite's included. So
 * it watches a log itself, not its directory, and the database may not be below a
 * followed directory.
 */
export class SystemWatcher implements ChangeWatcher {
  #watcher: Deno.FsWatcher | undefined;
  #changed = new Set<string>();
  #isLost = false;
  #hasNews = false;
  #wake = () => {};

  watch(paths: readonly string[]): boolean {
    this.close();
    try {
      this.#watcher = unlessMissing(() => Deno.watchFs([...paths]));
    } catch {
      // The system has no watches left.
      this.#watcher = undefined;
    }
    if (this.#watcher !== undefined) this.#listen(this.#watcher);
    return this.#watcher !== undefined;
  }

  take(): ReadonlySet<string> | null {
    const changed = this.#isLost ? null : this.#changed;
    this.#changed = new Set();
    this.#isLost = false;
    return changed;
  }

  async changed(limit: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (!this.#hasNews) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, limit);
      });
    }
    clearTimeout(timer);
    this.#hasNews = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    const events = watcher[Symbol.asyncIterator]();
    while (true) {
      // Leaving a loop over the events would close the watcher a second time.
      const { done, value } = await events.next();
      if (done || watcher !== this.#watcher) return;
      const { kind, paths, flag } = value;
      // Reading does not change a file.
      if (kind === "access") continue;
      if (flag === "rescan") this.#isLost = true;
      for (const path of paths) this.#changed.add(path);
      this.#hasNews = true;
      this.#wake();
    }
  }
}
