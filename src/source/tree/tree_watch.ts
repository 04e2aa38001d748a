/**
 * Has the system report what changes below directories. It refuses to watch a
 * directory and all below it if it may not read one of these (SPEC section 10).
 *
 * @module
 */

import { dirname } from "node:path";
import type { ChangeWatcher, Unwatched } from "../follow/change_watcher.ts";
import { isBelow } from "../open_sources.ts";
import { stateAt, withParents } from "./roots.ts";

/** How often to try to watch directories that change while it is tried. */
const MOST_ATTEMPTS = 10;

/** What is to be watched, without links. */
export interface WatchPlan {
  /** Directories with all below them. */
  deep: string[];
  /** Directories with the files in them alone. */
  flat: string[];
}

/** Watches the directories of a tree. */
export class TreeWatch {
  #watcher: ChangeWatcher;
  #unwatched: (why: Unwatched) => void;
  #deep: readonly string[] = [];
  /** What is watched, or was tried so often, as JSON. */
  #state = "";
  #attempts = 0;
  #isComplete = false;

  /** @param unwatched Called if the system cannot report changes. */
  constructor(watcher: ChangeWatcher, unwatched: (why: Unwatched) => void) {
    this.#watcher = watcher;
    this.#unwatched = unwatched;
  }

  /** Whether the system reports all changes. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether a directory is watched as soon as it exists. */
  covers(directory: string): boolean {
    return this.#deep.some((path) => isBelow(directory, path));
  }

  /** Watches directories, unless they are watched already. */
  cover({ deep, flat }: WatchPlan): void {
    // The runtime remembers each attempt for good, so there are few.
    const state = JSON.stringify([deep, flat, [...deep, ...flat].map(stateAt)]);
    if (state !== this.#state) this.#attempts = 0;
    else if (this.#isComplete || this.#attempts === MOST_ATTEMPTS) return;
    this.#state = state;
    this.#deep = deep;
    this.#attempts++;
    const why = this.#watcher.watch(deep, flat);
    this.#isComplete = why === undefined;
    if (why === undefined) return;
    if (why.limit !== null) this.#attempts = MOST_ATTEMPTS;
    if (this.#attempts === MOST_ATTEMPTS) this.#unwatched(why);
  }
}

/**
 * What is to be watched so that nothing is refused: above what cannot be read,
 * each directory by itself, and others with all below them.
 *
 * @param highest All that is scanned is below them.
 * @param entered The directories below them that were searched, and they
 * themselves.
 * @param unseen What cannot be read.
 */
export function planOf(
  highest: readonly string[],
  entered: readonly string[],
  unseen: ReadonlySet<string>,
): WatchPlan {
  const above = new Set(
    [...unseen].flatMap((path) => withParents(dirname(path))),
  );
  const flat = entered.filter((path) => above.has(path));
  const isFlat = new Set(flat);
  const below = entered.filter((path) => isFlat.has(dirname(path)));
  const deep = [...new Set([...highest, ...below])]
    .filter((path) => !above.has(path) && !unseen.has(path));
  return { deep: deep.sort(), flat: flat.sort() };
}
