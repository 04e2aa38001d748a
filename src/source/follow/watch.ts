/**
 * Waits until something may have happened to a file.
 *
 * @module
 */

import { unlessMissing } from "../../system/unless_missing.ts";

/** Waits for changes of a file. */
export interface ChangeWatcher {
  /** Watches the file at a path from now on, which may be another than before. */
  renew(path: string): void;
  /** Resolves at the next change, or after `limit` milliseconds. */
  wait(limit: number): Promise<void>;
}

/**
 * Watches one file.
 *
 * Not its directory: for each event the runtime opens and closes the file that
 * the event is of. Were that the database, all locks of this process on it
 * would end, SQLite's among them.
 */
export class Watch implements ChangeWatcher {
  #watcher: Deno.FsWatcher | undefined;
  #events: AsyncIterator<Deno.FsEvent> | undefined;
  #next: Promise<void> | undefined;

  renew(path: string): void {
    this.#watcher?.close();
    this.#next = undefined;
    try {
      this.#watcher = unlessMissing(() => Deno.watchFs(path));
    } catch {
      // The system lends no more of it: looking now and then has to do.
      this.#watcher = undefined;
    }
    this.#events = this.#watcher?.[Symbol.asyncIterator]();
  }

  async wait(limit: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
    });
    // One that was asked for but has not come yet is still on its way.
    if (this.#events !== undefined) this.#next ??= this.#change(this.#events);
    await Promise.race([this.#next ?? timeout, timeout]);
    clearTimeout(timer);
  }

  async #change(events: AsyncIterator<Deno.FsEvent>): Promise<void> {
    let event = await events.next();
    // Whoever reads a file changes nothing.
    while (!event.done && event.value.kind === "access") {
      event = await events.next();
    }
    if (this.#events !== events) return;
    this.#next = undefined;
    if (event.done) this.#events = undefined;
  }
}
