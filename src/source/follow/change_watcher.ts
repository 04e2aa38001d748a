/**
 * Waits for changes of a file, with a timeout.
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

/** Waits for changes of one file. */
export interface ChangeWatcher {
  /** Watches the file that is now at a path, instead of the one before. */
  watch(path: string): void;
  /** Resolves at the next change, or after `limit` milliseconds. */
  changed(limit: number): Promise<void>;
}

/**
 * Waits for changes that the system reports.
 *
 * It watches the file, not its directory: for each event the runtime opens and
 * closes the file of the event. If that were the database, this process would
 * lose all its locks on it, SQLite's included.
 */
export class SystemWatcher implements ChangeWatcher {
  #watcher: Deno.FsWatcher | undefined;
  #events: AsyncIterator<Deno.FsEvent> | undefined;
  #next: Promise<void> | undefined;

  watch(path: string): void {
    this.#watcher?.close();
    this.#next = undefined;
    try {
      this.#watcher = unlessMissing(() => Deno.watchFs(path));
    } catch {
      // The system has no watches left: each wait ends at its limit.
      this.#watcher = undefined;
    }
    this.#events = this.#watcher?.[Symbol.asyncIterator]();
  }

  async changed(limit: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
    });
    // A pending wait for an event is reused.
    if (this.#events !== undefined) this.#next ??= this.#change(this.#events);
    await Promise.race([this.#next ?? timeout, timeout]);
    clearTimeout(timer);
  }

  async #change(events: AsyncIterator<Deno.FsEvent>): Promise<void> {
    let event = await events.next();
    // Reading does not change a file.
    while (!event.done && event.value.kind === "access") {
      event = await events.next();
    }
    if (this.#events !== events) return;
    this.#next = undefined;
    if (event.done) this.#events = undefined;
  }
}
