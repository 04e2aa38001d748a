/**
 * Positions in followed files, and how a file is recognised (SPEC section 7,
 * `--follow`).
 *
 * @module
 */

import { sha256 } from "../sha256.ts";

/** A hash of some bytes of a file, which identifies it. */
export interface Fingerprint {
  /** The offset in the file at which the bytes end. */
  end: number;
  /** The number of bytes. */
  length: number;
  /** Their SHA-256 in hex. */
  hash: string;
}

/** The number of bytes of a fingerprint; fewer if the file is shorter. */
export const FINGERPRINT_BYTES = 512;

/** The fingerprint of no bytes. */
export const NOTHING: Fingerprint = fingerprint(new Uint8Array(), 0);

/** The fingerprint of bytes that end at `end`. */
export function fingerprint(bytes: Uint8Array, end: number): Fingerprint {
  return { end, length: bytes.length, hash: sha256(bytes) };
}

/** The position up to which a file has been read, and its fingerprints. */
export interface Position {
  /** The id of its checkpoint. */
  id: number;
  /** The number of bytes before it; a line begins there. */
  offset: number;
  /** The number of lines before it. */
  line: number;
  /** The file's first bytes. */
  head: Fingerprint;
  /** The last bytes that were read, which may end after the position. */
  last: Fingerprint;
  /** Whether the file has been read to its end and will not grow. */
  done: boolean;
  /** The name of the file's dialect; `null` until it is recognised. */
  dialect: string | null;
  /** The saved state of the dialect's decoder, in its own format. */
  decoder: string | null;
}

/** How the file system identifies an existing file. */
export interface Identity {
  device: number;
  inode: number;
}

/** Where a file is. */
export interface FilePlace {
  /** Its last identity; `null` if that is no longer known. */
  identity: Identity | null;
  /**
   * Its path, if it is below a followed directory; `null` for the files of a
   * followed log.
   */
  name: string | null;
}

/** A file that is to be followed from its beginning. */
export interface NewFile extends FilePlace {
  identity: Identity;
  /** The fingerprint of its first bytes. */
  head: Fingerprint;
  /** When it was first seen, in milliseconds since the epoch. */
  seenMs: number;
}

/** What the database stores for one file that was followed under a path. */
export interface Checkpoint extends Position, FilePlace {
  /** When the file was first seen, in milliseconds since the epoch. */
  seenMs: number;
  /** When its position was stored, likewise. */
  movedMs: number;
}
