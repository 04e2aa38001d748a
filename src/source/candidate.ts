/**
 * The lines that are let through to be decoded.
 *
 * @module
 */

/** A line that must be decoded, or one of those that are wanted all the same. */
export interface Candidate {
  /** The number of the line, from 1. */
  number: number;
  /** Where the line begins, in bytes from the beginning of its source. */
  start: number;
  /** Where the next line begins. */
  end: number;
  /**
   * The line with a newline at its end, be it the last one of a file that
   * lacks it; `null` where the line is longer than the limit.
   */
  bytes: Uint8Array<ArrayBuffer> | null;
  /** The limit for such a line, in bytes. */
  limit: number;
  /** Whether it concerns no turn, and is let through because all lines are wanted. */
  isOther: boolean;
  /** All of a line that is longer than the limit, if such lines are kept. */
  spool: Spool | null;
}

/** Keeps the bytes of one line outside of memory. */
export interface Spool {
  write(bytes: Uint8Array): void;
  /** Says that the line is not needed after all. */
  discard(): void;
}

/** The longest line that there can be a limit for: what still fits into one string. */
export const MOST_LINE_BYTES = 500_000_000;
