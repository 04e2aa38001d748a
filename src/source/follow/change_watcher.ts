/**
 * What a follower waits for: changes of a file, and time.
 *
 * @module
 */

import { unlessMissing } from "../../system/unless_missing.ts";

/** A clock: the only one by which a follower decides. */
export interface Clock {
  /** The time of day, in milliseconds since the epoch: what files are dated by. */
  nowMs(): number;
  /** A time that never goes back, in milliseconds. */
  uptimeMs(): number;
}

/** The clock of the system. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  uptimeMs: () => performance.now(),
};

/** Waits for changes of one file. */
export interface ChangeWatcher {
  /** Watches the file at a path from now on, which may be another than before. */
  watch(path: string): void;
  /** Resolves at the next change, or after `limit` milliseconds. */
  changed(limit: number): Promise<void>;
}

/**
 * The changes that the system reports.
 *
 * It watches the file, not its directory: for each event the runtime opens and
 * closes the file that the event is of. If that were the database, all locks of
 * this process on it would end, SQLite's among them.
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
      // The system has no more watches to give: the limit of each wait remains.
      this.#watcher = undefined;
    }
    this.#events = this.#watcher?.[Symbol.asyncIterator]();
  }

  async changed(limit: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
    });
    // An event that was waited for and has not come yet is still awaited.
    if (this.#events !== undefined) this.#next ??= this.#change(this.#events);
    await Promise.race([this.#next ?? timeout, timeout]);
    clearTimeout(timer);
  }

  async #change(events: AsyncIterator<Deno.FsEvent>): Promise<void> {
    let event = await events.next();
    // A reader changes nothing.
    while (!event.done && event.value.kind === "access") {
      event = await events.next();
    }
    if (this.#events !== events) return;
    this.#next = undefined;
    if (event.done) this.#events = undefined;
  }
}
