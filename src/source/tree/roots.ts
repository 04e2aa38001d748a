/**
 * The directories to which the followed paths lead at the moment: one may be
 * removed and made again, and a link may be pointed elsewhere (SPEC section 10).
 *
 * @module
 */

import { dirname } from "node:path";
import { identityOf } from "../follow/scanned_file.ts";
import { isBelow } from "../open_sources.ts";
import { type Skipped, unlessUnreadable } from "./files_below.ts";

/** What following paths reports. */
export interface RootReports {
  /** Called for each of them that cannot be resolved. */
  skipped: Skipped;
  /** Called for each of them at which there is nothing. */
  missing: (path: string) => void;
}

/** The directories of the followed paths. */
export class Roots {
  #paths: readonly string[];
  #reports: RootReports;
  #current = new Set<string>();
  /** All to which they have led. */
  #seen = new Set<string>();

  /** @param paths Absolute, as they were given. */
  constructor(paths: readonly string[], reports: RootReports) {
    this.#paths = paths;
    this.#reports = reports;
  }

  /** Finds out where the paths lead now. */
  resolve(): void {
    const found = this.#paths.flatMap((path) => this.#resolve(path) ?? []);
    this.#current = new Set(found);
    for (const directory of found) this.#seen.add(directory);
  }

  #resolve(path: string): string | undefined {
    const { skipped, missing } = this.#reports;
    let isMissing = true;
    const refused: Skipped = (path, reason) => {
      isMissing = false;
      skipped(path, reason);
    };
    const found = unlessUnreadable(
      path,
      () => Deno.realPathSync(path),
      refused,
    );
    if (found === undefined && isMissing) missing(path);
    return found;
  }

  /** The directories, each once, without links. */
  get directories(): string[] {
    return [...this.#current];
  }

  /** The directories to which they led before, and which are not scanned now. */
  get left(): string[] {
    const isScanned = (path: string) =>
      this.directories.some((one) => one === path || isBelow(path, one));
    return [...this.#seen].filter((path) => !isScanned(path));
  }

  /** What is at the paths, as {@linkcode stateAt}. */
  get states(): unknown[] {
    return this.#paths.map(stateAt);
  }
}

/** What is at a path, as a value whose JSON differs if it is something else. */
export function stateAt(path: string): unknown {
  try {
    const info = Deno.statSync(path);
    return [Deno.realPathSync(path), instanceOf(info), info.mode];
  } catch (error) {
    // The scan reports it.
    return String(error);
  }
}

/** A text that identifies a directory among all that ever have its inode. */
export function instanceOf(info: Deno.FileInfo): string {
  return JSON.stringify([identityOf(info), info.birthtime]);
}

/** Whether a path is one of some others, or below one. */
export function isWithin(path: string, others: ReadonlySet<string>): boolean {
  return withParents(path).some((directory) => others.has(directory));
}

/** A path, and the directories above it, the nearest first. */
export function withParents(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...withParents(above)];
}

/** The directories that are not below others of them. */
export function topmost(directories: readonly string[]): string[] {
  const sorted = [...new Set(directories)].sort();
  return sorted.filter((path) =>
    !sorted.some((other) => other !== path && isBelow(path, other))
  );
}
