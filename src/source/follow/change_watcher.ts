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

/** What the system reports as changed. */
export interface Changed {
  paths: ReadonlySet<string>;
  /** Whether these are all paths: of many changes at once some are lost. */
  areAll: boolean;
}

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
  /** What has changed since the last call. */
  take(): Changed;
  /** Resolves at the next change, or after `limit` milliseconds. */
  changed(limit: number): Promise<void>;
  /** Stops watching. */
  close(): void;
}

/** How many events the runtime queues; it drops others without a word. */
const MOST_QUEUED = 16;
/** After how long without an event its queue was empty, in milliseconds. */
const PAUSE = 100;

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
  #areAll = true;
  /** How many events have come without a pause, and when the last one did. */
  #run = 0;
  #lastMs = 0;
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

  take(): Changed {
    const changed = { paths: this.#changed, areAll: this.#areAll };
    this.#changed = new Set();
    this.#areAll = true;
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
      const nowMs = performance.now();
      this.#run = nowMs - this.#lastMs > PAUSE ? 1 : this.#run + 1;
      this.#lastMs = nowMs;
      if (this.#run >= MOST_QUEUED || flag === "rescan") this.#areAll = false;
      // Reading does not change a file.
      if (kind === "access") continue;
      for (const path of paths) this.#changed.add(path);
      this.#hasNews = true;
      this.#wake();
    }
  }
}
