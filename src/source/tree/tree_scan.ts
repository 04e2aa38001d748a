/**
 * Scans what is below followed directories: all of it at times, and otherwise what
 * the system reports as changed (SPEC section 10).
 *
 * @module
 */

import type { ChangeWatcher, Clock } from "../follow/change_watcher.ts";
import { identityOf } from "../follow/scanned_file.ts";
import { isBelow } from "../open_sources.ts";
import {
  filesAt,
  type FoundFile,
  type Skipped,
  unlessUnreadable,
} from "./files_below.ts";

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
export interface TreeScanParts {
  watcher: ChangeWatcher;
  clock: Clock;
  /** Called for each file or directory that cannot be read. */
  skipped: Skipped;
  /** Called if the system cannot report changes. */
  unwatched: () => void;
}

/** The result of a scan. */
export interface Scanned {
  /** Each file once, by its path without links. */
  files: FoundFile[];
  /** Whether these are all files, not only those that may have changed. */
  isWhole: boolean;
}

/** Scans the files below directories. */
export class TreeScan {
  #directories: readonly string[];
  #parts: TreeScanParts;
  /** When everything is scanned again, and was last, by {@linkcode Clock.uptimeMs}. */
  #dueAt = -Infinity;
  #scannedAt = -Infinity;
  /** How long it took, in milliseconds. */
  #took = 0;
  /** The directories that have been searched, by their real paths. */
  #entered = new Set<string>();
  /** New directories: until when they are scanned, and when next. */
  #young = new Map<string, { until: number; next: number }>();
  /** The directories elsewhere that links lead to. */
  #linked: readonly string[] = [];
  /** What identifies the directories that are watched. */
  #watched = "";
  #isWatched = false;

  /** @param directories Their absolute paths without links. */
  constructor(directories: readonly string[], parts: TreeScanParts) {
    this.#directories = directories;
    this.#parts = parts;
  }

  /** Scans what may have changed since the last scan. */
  scan(): Scanned {
    const { watcher, clock, skipped } = this.#parts;
    const changed = watcher.take();
    const now = clock.uptimeMs();
    if (!changed.areAll) this.scanAllNext();
    if (now >= this.#dueAt) {
      return { files: this.#scanAll(now), isWhole: true };
    }
    const paths = new Set(changed.paths);
    for (const [path, young] of this.#young) {
      if (now < young.next) continue;
      paths.add(path);
      young.next = now + UNWATCHED_PERIOD;
      if (now >= young.until) this.#young.delete(path);
    }
    const entered = (path: string) => {
      if (this.#entered.has(path)) return;
      // A link leads to a directory that is not watched yet.
      if (!this.#isBelowWatched(path)) this.#dueAt = now;
      this.#entered.add(path);
      const next = now + UNWATCHED_PERIOD;
      this.#young.set(path, { until: now + YOUNG, next });
    };
    const files = [...filesAt([...paths], { skipped, entered })];
    return { files, isWhole: false };
  }

  /** Makes the next scan one of everything, at most one a second. */
  scanAllNext(): void {
    const pause = Math.max(UNWATCHED_PERIOD, this.#took / LOST_LOAD);
    this.#dueAt = Math.min(this.#dueAt, this.#scannedAt + pause);
  }

  #isBelowWatched(path: string): boolean {
    return [...this.#directories, ...this.#linked]
      .some((directory) => isBelow(path, directory));
  }

  #scanAll(now: number): FoundFile[] {
    const { clock, skipped } = this.#parts;
    const roots = this.#directories;
    this.#scannedAt = now;
    // First, so that what changes during the scan is reported.
    this.#watch(topmost([...roots, ...this.#linked]));
    this.#entered.clear();
    const entered = (path: string) => this.#entered.add(path);
    const files = [...filesAt(this.#directories, { skipped, entered })];
    const linked = topmost([...roots, ...this.#entered])
      .filter((path) => !roots.includes(path));
    const areSame = linked.join("\0") === this.#linked.join("\0");
    this.#linked = linked;
    const took = this.#took = clock.uptimeMs() - now;
    const period = this.#isWatched
      ? Math.max(WATCHED_PERIOD, took / WATCHED_LOAD)
      : Math.max(UNWATCHED_PERIOD, took / UNWATCHED_LOAD);
    this.#dueAt = areSame ? now + period : now;
    return files;
  }

  /** Watches directories, unless they are watched already. */
  #watch(directories: readonly string[]): void {
    const { watcher, skipped, unwatched } = this.#parts;
    const identities = directories.map((path) => {
      const stat = () => Deno.statSync(path);
      const info = unlessUnreadable(path, stat, skipped);
      // A new directory may get the inode of a deleted one.
      return info && [identityOf(info), info.birthtime];
    });
    const watched = JSON.stringify([directories, identities]);
    if (watched === this.#watched) return;
    this.#watched = watched;
    const present = directories.filter((_, i) => identities[i] !== undefined);
    const isWatched = present.length > 0 && watcher.watch(present);
    if (present.length > 0 && !isWatched) unwatched();
    // Until all of them exist, it looks for them.
    this.#isWatched = isWatched && present.length === directories.length;
  }
}

/** The directories that are not below others of them. */
function topmost(directories: readonly string[]): string[] {
  const sorted = [...new Set(directories)].sort();
  return sorted.filter((path) =>
    !sorted.some((other) => other !== path && isBelow(path, other))
  );
}
