/**
 * Places in followed files, and how a file is known again (SPEC section 7,
 * `--follow`).
 *
 * @module
 */

import { sha256 } from "../sha256.ts";

/** Some bytes of a file, by which it is told from others. */
export interface Fingerprint {
  /** Where the bytes end in the file. */
  end: number;
  /** How many they are. */
  length: number;
  /** Their SHA-256 in hex. */
  hash: string;
}

/** How many bytes a fingerprint is made of, where there are so many. */
export const FINGERPRINT_BYTES = 512;

/** The fingerprint of no bytes. */
export const NOTHING: Fingerprint = fingerprint(new Uint8Array(), 0);

/** The fingerprint of bytes that end at `end`. */
export function fingerprint(bytes: Uint8Array, end: number): Fingerprint {
  return { end, length: bytes.length, hash: sha256(bytes) };
}

/** Up to where a file has been read, and what is known of its content. */
export interface Position {
  /** The checkpoint that it belongs to. */
  id: number;
  /** How many bytes stand before it; a line begins behind them. */
  offset: number;
  /** How many lines stand before it. */
  line: number;
  /** The file's first bytes. */
  head: Fingerprint;
  /** The last bytes that were read, which may be some behind the position. */
  last: Fingerprint;
  /** Whether nothing more will come in the file. */
  done: boolean;
}

/** What of the file system tells one file from another, while both are there. */
export interface Identity {
  device: number;
  inode: number;
}

/** What the database remembers of one file that was followed under a path. */
export interface Checkpoint extends Position {
  /** Where the file was last, unless that is not known any more. */
  identity: Identity | null;
  /** When the file was first seen, in milliseconds since the epoch. */
  seenMs: number;
}
