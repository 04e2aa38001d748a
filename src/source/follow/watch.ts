/**
 * Waits until something may have happened to a file.
 *
 * @module
 */

/** Watches the files of a directory. */
export class Watch {
  #isConcerned: (name: string) => boolean;
  #events: AsyncIterator<Deno.FsEvent> | undefined;
  #next: Promise<void> | undefined;

  /**
   * @param isConcerned Which names matter.
   */
  constructor(directory: string, isConcerned: (name: string) => boolean) {
    this.#isConcerned = isConcerned;
    try {
      const watcher = Deno.watchFs(directory, { recursive: false });
      this.#events = watcher[Symbol.asyncIterator]();
    } catch {
      // No more of what the system lends for it: looking now and then is enough.
    }
  }

  /** Resolves at the next change, or after `limit` milliseconds. */
  async wait(limit: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
    });
    // One that was asked for but has not come yet is still on its way.
    this.#next ??= this.#change();
    await Promise.race([this.#next ?? timeout, timeout]);
    clearTimeout(timer);
  }

  #change(): Promise<void> | undefined {
    if (this.#events === undefined) return undefined;
    return this.#nextConcern(this.#events).then(() => {
      this.#next = undefined;
    });
  }

  async #nextConcern(events: AsyncIterator<Deno.FsEvent>): Promise<void> {
    while (true) {
      const { done, value } = await events.next();
      if (done) {
        this.#events = undefined;
        return;
      }
      // Whoever reads a file changes nothing.
      if (value.kind === "access") continue;
      const names = value.paths.map((path: string) =>
        path.slice(path.lastIndexOf("/") + 1)
      );
      if (names.some(this.#isConcerned)) return;
    }
  }
}
