/**
 * A followed path at which there is nothing yet: what appears there is a log or a
 * directory (SPEC sections 7 and 10).
 *
 * @module
 */

import { unlessMissing } from "../../system/unless_missing.ts";
import type { FollowedFiles } from "../follow/followed_files.ts";
import type { Item } from "../lines.ts";

/** Follows a log, or a directory as soon as there is one. */
export class LogOrTree implements FollowedFiles {
  #path: string;
  #files: FollowedFiles;
  #openTree: (() => FollowedFiles) | undefined;

  constructor(
    path: string,
    log: FollowedFiles,
    openTree: () => FollowedFiles,
  ) {
    this.#path = path;
    this.#files = log;
    this.#openTree = openTree;
  }

  async look(): Promise<void> {
    if (this.#openTree !== undefined) {
      const info = unlessMissing(() => Deno.statSync(this.#path));
      if (info?.isDirectory) {
        this.#files.close();
        this.#files = this.#openTree();
      }
      if (info !== undefined) this.#openTree = undefined;
    }
    await this.#files.look();
  }

  available(): AsyncGenerator<Item[]> {
    return this.#files.available();
  }

  settle(): AsyncGenerator<Item[]> {
    return this.#files.settle();
  }

  changed(limit: number): Promise<void> {
    return this.#files.changed(limit);
  }

  close(): void {
    this.#files.close();
  }
}
