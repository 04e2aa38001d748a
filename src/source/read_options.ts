/**
 * How the lines of files are read.
 *
 * @module
 */

import type { Dialect } from "../dialect/dialect.ts";
import type { Spool } from "./lines.ts";

/** How lines are read, for all files alike. */
export interface ReadOptions {
  /** The dialect of all files; without it each is recognised by itself. */
  dialect?: Dialect;
  /** The longest candidate that is passed on, without its newline. */
  maxLineBytes: number;
  /** Creates a spool for a longer line; without it such lines are dropped. */
  spool?: () => Spool;
  /**
   * The longest of the other lines that is passed on, in bytes; without it
   * none of them is.
   */
  otherLineBytes?: number;
  /** Called, once for a file, where none of its lines is of its dialect. */
  unrecognised?: (name: string) => void;
  /** Counts what is read. */
  tally?: Tally;
  /** Called each time before the source waits for more. */
  beforeWait?: () => void;
}

/** How much has been read. */
export interface Tally {
  bytes: number;
  lines: number;
}

/** A position in a file, and the state of its decoder there. */
export interface Resume {
  /** How many bytes precede it. */
  offset: number;
  /** How many lines precede it. */
  line: number;
  /** The name of the file's dialect, if it was recognised before. */
  dialect?: string | null;
  /** The saved state of its decoder there. */
  decoder?: string | null;
}
