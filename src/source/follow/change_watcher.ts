/**
 * Waits for changes of files, with a timeout.
 *
 * @module
 */

import { reasonOf } from "../source.ts";

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

/** Why the system does not report changes. */
export interface Unwatched {
  /** A clause. */
  reason: string;
  /** The setting of the system that allows no more watches, if that is why. */
  limit: string | null;
}

/** Waits for changes of files. */
export interface ChangeWatcher {
  /**
   * Watches what is now at some paths instead of what was watched before.
   *
   * @param deep Watched with all that is below them.
   * @param flat Directories that are watched with the files in them alone.
   * @returns Why the system does not report all changes, if it does not: each wait
   * ends at its limit then.
   */
  watch(
    deep: readonly string[],
    flat?: readonly string[],
  ): Unwatched | undefined;
  /** What has changed since the last call. */
  take(): Changed;
  /** Resolves at the next change, or after `limit` milliseconds. */
  changed(limit: number): Promise<void>;
  /** Stops watching. */
  close(): void;
}

/** The settings that limit watches, by what the runtime says where one is reached. */
const LIMITS: readonly [message: RegExp, setting: string][] = [
  [/file watch limit|\(os error 28\)/, "fs.inotify.max_user_watches"],
  [/\(os error 24\)/, "fs.inotify.max_user_instances"],
];

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
  #watchers: Deno.FsWatcher[] = [];
  #changed = new Set<string>();
  #areAll = true;
  /** How many events have come without a pause, and when the last one did. */
  #run = 0;
  #lastMs = 0;
  #hasNews = false;
  #wake = () => {};

  watch(
    deep: readonly string[],
    flat: readonly string[] = [],
  ): Unwatched | undefined {
    this.close();
    try {
      this.#open(deep, true);
      this.#open(flat, false);
      return undefined;
    } catch (error) {
      this.close();
      return unwatchedBecause(error);
    }
  }

  #open(paths: readonly string[], recursive: boolean): void {
    if (paths.length === 0) return;
    const watcher = Deno.watchFs([...paths], { recursive });
    this.#watchers.push(watcher);
    this.#listen(watcher);
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
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    const events = watcher[Symbol.asyncIterator]();
    while (true) {
      // Leaving a loop over the events would close the watcher a second time.
      const { done, value } = await events.next();
      if (done || !this.#watchers.includes(watcher)) return;
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

/** A refusal of the system; only some mean that it has no watches left. */
function unwatchedBecause(error: unknown): Unwatched {
  const message = String(error);
  const limit = LIMITS.find(([pattern]) => pattern.test(message));
  return { reason: reasonOf(error), limit: limit?.[1] ?? null };
}
