/**
 * Scans what is below followed directories: all of it at times, and otherwise what
 * the system reports as changed (SPEC section 10).
 *
 * @module
 */

import type {
  ChangeWatcher,
  Clock,
  Unwatched,
} from "../follow/change_watcher.ts";
import { filesAt, type FoundFile } from "./files_below.ts";
import {
  instanceOf,
  isWithin,
  type RootReports,
  Roots,
  stateAt,
  topmost,
} from "./roots.ts";
import { planOf, TreeWatch, type WatchPlan } from "./tree_watch.ts";

/** How often to scan everything where changes are reported, and where not, in milliseconds. */
const WATCHED_PERIOD = 30_000;
const UNWATCHED_PERIOD = 1000;
/** Which part of the time scans of everything may take, likewise. */
const WATCHED_LOAD = 0.005;
const UNWATCHED_LOAD = 0.2;
/** Which part of it scans after lost reports may take. */
const LOST_LOAD = 0.1;
/**
 * How long a new directory is scanned once a second, in milliseconds: the system
 * may not watch it at once.
 */
const YOUNG = 5000;

/** What a {@linkcode TreeScan} needs. */
export interface TreeScanParts extends RootReports {
  watcher: ChangeWatcher;
  clock: Clock;
  /** Called if the system cannot report changes. */
  unwatched: (why: Unwatched) => void;
}

/** The result of a scan. */
export interface Scanned {
  /** Each file once, by its path without links. */
  files: FoundFile[];
  /** Whether these are all files, not only those that may have changed. */
  isWhole: boolean;
  /** The directories that are followed now, without links. */
  directories: readonly string[];
  /** What cannot be looked at: the files there may still exist. */
  unseen: ReadonlySet<string>;
}

/** Scans the files below directories. */
export class TreeScan {
  #parts: TreeScanParts;
  #roots: Roots;
  #watch: TreeWatch;
  /** When everything is scanned again, and was last, by {@linkcode Clock.uptimeMs}. */
  #dueAt = -Infinity;
  #scannedAt = -Infinity;
  /** How long it took, in milliseconds. */
  #took = 0;
  /** Whether it was scanned twice without a pause. */
  #isRepeated = false;
  /** The directories that have been searched, by their real paths. */
  #entered = new Map<string, string>();
  /** New directories: until when they are scanned, and when next. */
  #young = new Map<string, { until: number; next: number }>();
  /** The directories elsewhere that links lead to. */
  #linked: readonly string[] = [];
  /** What could not be read, by its real path. */
  #unseen = new Set<string>();
  /** What was at the roots and at the ends of links, and when that is checked. */
  #state = "";
  #checkAt = -Infinity;

  /** @param paths The absolute paths of the directories. */
  constructor(paths: readonly string[], parts: TreeScanParts) {
    this.#parts = parts;
    this.#roots = new Roots(paths, parts);
    this.#watch = new TreeWatch(parts.watcher, parts.unwatched);
  }

  /** Scans what may have changed since the last scan. */
  scan(): Scanned {
    const { watcher, clock, skipped } = this.#parts;
    const changed = watcher.take();
    const now = clock.uptimeMs();
    if (!changed.areAll || !this.#areRootsSame(now)) this.scanAllNext();
    if (now >= this.#dueAt) return this.#result(this.#scanAll(now), true);
    const scanned = new Set(this.#highest);
    const paths = new Set(
      [...changed.paths].filter((path) => isWithin(path, scanned)),
    );
    for (const [path, young] of this.#young) {
      if (now < young.next) continue;
      paths.add(path);
      young.next = now + UNWATCHED_PERIOD;
      if (now >= young.until) this.#young.delete(path);
    }
    const entered = (path: string, info: Deno.FileInfo) => {
      const instance = instanceOf(info);
      if (this.#entered.get(path) === instance) return;
      this.#entered.set(path, instance);
      // For example because a link leads to it.
      if (!this.#watch.covers(path)) this.scanAllNext();
      const next = now + UNWATCHED_PERIOD;
      this.#young.set(path, { until: now + YOUNG, next });
    };
    const unseen = (path: string) => {
      if (!this.#unseen.has(path)) this.scanAllNext();
      this.#unseen.add(path);
    };
    const search = { skipped, entered, unseen };
    return this.#result([...filesAt([...paths], search)], false);
  }

  #result(files: FoundFile[], isWhole: boolean): Scanned {
    const { directories, left } = this.#roots;
    const unseen = new Set([...this.#unseen, ...left]);
    return { files, isWhole, directories, unseen };
  }

  /** Makes the next scan one of everything, at most one a second. */
  scanAllNext(): void {
    const pause = Math.max(UNWATCHED_PERIOD, this.#took / LOST_LOAD);
    this.#dueAt = Math.min(this.#dueAt, this.#scannedAt + pause);
  }

  /**
   * Whether the roots are the directories that were scanned. A watch ends with its
   * directory, and does not report a new one, or that a link leads elsewhere: so
   * they are looked at once a second.
   */
  #areRootsSame(now: number): boolean {
    if (now < this.#checkAt) return true;
    this.#checkAt = now + UNWATCHED_PERIOD;
    return this.#state === this.#stateNow();
  }

  #stateNow(): string {
    return JSON.stringify([this.#roots.states, this.#linked.map(stateAt)]);
  }

  get #highest(): string[] {
    return topmost([...this.#roots.directories, ...this.#linked]);
  }

  get #plan(): WatchPlan {
    return planOf(this.#highest, [...this.#entered.keys()], this.#unseen);
  }

  #scanAll(now: number): FoundFile[] {
    const { clock, skipped } = this.#parts;
    this.#scannedAt = now;
    // First, so that what changes during the scan is noticed.
    this.#state = this.#stateNow();
    this.#roots.resolve();
    const plan = this.#plan;
    this.#watch.cover(plan);
    this.#entered.clear();
    this.#unseen.clear();
    const { directories } = this.#roots;
    const files = [...filesAt(directories, {
      skipped,
      entered: (path, info) => this.#entered.set(path, instanceOf(info)),
      unseen: (path) => this.#unseen.add(path),
    })];
    this.#linked = topmost([...directories, ...this.#entered.keys()])
      .filter((path) => !directories.includes(path));
    const took = this.#took = clock.uptimeMs() - now;
    const period = this.#watch.isComplete
      ? Math.max(WATCHED_PERIOD, took / WATCHED_LOAD)
      : Math.max(UNWATCHED_PERIOD, took / UNWATCHED_LOAD);
    this.#dueAt = now + period;
    const isWatched = JSON.stringify(plan) === JSON.stringify(this.#plan);
    if (isWatched) this.#isRepeated = false;
    else this.#scanAllAgain(now);
    return files;
  }

  /** Scans once more, to watch what the scan has found. */
  #scanAllAgain(now: number): void {
    this.#isRepeated = !this.#isRepeated;
    if (this.#isRepeated) this.#dueAt = now;
    else this.scanAllNext();
  }
}
