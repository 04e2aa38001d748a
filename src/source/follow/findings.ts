/**
 * What a scan of a log starts from, and what it results in.
 *
 * @module
 */

import type { Contents } from "./contents.ts";
import type { Copy } from "./copies.ts";
import type { KnownFile } from "./known_files.ts";
import type { ScannedFile } from "./scanned_file.ts";

/** The known files and the scanned files. */
export interface Situation {
  /** The known files, in reading order. */
  known: readonly KnownFile[];
  /** The scanned files, in reading order. */
  files: ScannedFile[];
  /** The scanned file that is the log itself. */
  current: ScannedFile | undefined;
  contents: Contents;
  /** When the newest of the known files was first seen, in milliseconds since the epoch. */
  lookedMs: number;
  /** What the last scan left unread. */
  last: LeftOver;
}

/** Files that are not read, and are new once they change. */
export interface LeftOver {
  copies: Copy[];
  /** Copies of the unread log, and the log if it is not readable. */
  waiting: ScannedFile[];
}

/** Which scanned file is which known file. */
export interface Findings extends LeftOver {
  /** The scanned files of known files. */
  places: Map<KnownFile, ScannedFile>;
  /** Open unread files that turned out to be other files. */
  mistaken: KnownFile[];
  /** New files, in reading order. */
  fresh: ScannedFile[];
  /** Files that are not readable. */
  refused: Set<ScannedFile>;
}
