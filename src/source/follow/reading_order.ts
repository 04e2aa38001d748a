/**
 * The order in which the known files of a log are read.
 *
 * @module
 */

import type { LeftOver } from "./findings.ts";
import type { KnownFile } from "./known_files.ts";
import type { ScannedFile } from "./scanned_file.ts";

/** What a scan has found. */
export interface Scanned extends LeftOver {
  /** The scanned files, in reading order. */
  files: ScannedFile[];
  /** The scanned files of known files. */
  places: Map<KnownFile, ScannedFile>;
}

/** Sorts known files, also those that are open and gone. */
export class ReadingOrder {
  #path: string;
  /** The ranks that the files left over by the last scan would have had. */
  #leftOver = new Map<string, number>();

  /** @param path The path of the log itself. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Known files, those that are present in the order of the scan. A missing one
   * has the place of its longest copy, or else comes after all that preceded it.
   * A copy that lacks some of what was read may be another file that begins alike.
   */
  sorted(all: readonly KnownFile[], scanned: Scanned): KnownFile[] {
    const { files, copies, waiting } = scanned;
    const longestLast = copies.filter(({ of, bytes }) =>
      bytes >= of.read.offset
    ).sort((a, b) => a.bytes - b.bytes);
    const places = new Map([
      ...longestLast.map(({ file, of }) => [of, file] as const),
      ...scanned.places,
    ]);
    const place = (known: KnownFile) => files.indexOf(places.get(known)!);
    const sorted = all.filter((known) => places.has(known))
      .sort((a, b) => place(a) - place(b));
    for (const known of sorted) known.rank ??= this.#rankOf(places.get(known)!);
    for (const known of all) {
      if (places.has(known)) continue;
      const before = sorted.findLastIndex(({ rank }) => rank! < known.rank!);
      sorted.splice(before + 1, 0, known);
    }
    for (const [rank, known] of sorted.entries()) known.rank = rank;
    this.#leftOver.clear();
    for (const file of [...copies.map(({ file }) => file), ...waiting]) {
      const end = files.indexOf(file);
      const before = sorted.findLast((known) =>
        places.has(known) && place(known) < end
      );
      this.#leftOver.set(keyOf(file), (before?.rank ?? -1) + 0.5);
    }
    return sorted;
  }

  /** The rank of a file that has just become known. */
  #rankOf(file: ScannedFile): number {
    // The log itself is the newest, also if it has the inode of another file.
    const isLog = file.path === this.#path;
    return isLog ? Infinity : this.#leftOver.get(keyOf(file)) ?? Infinity;
  }
}

function keyOf({ identity }: ScannedFile): string {
  return JSON.stringify(identity);
}
