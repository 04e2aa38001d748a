/**
 * How far followed files have been read, and how far that is behind.
 *
 * @module
 */

import { identityOf, sameFile } from "../source/follow/files.ts";

/**
 * What stands at a followed path, compared with what was read last under it:
 * that very file; another one, so that it was rotated and the new one is not
 * yet seen; the file, but shorter than what was read of it; nothing; or what
 * this user may not look at.
 */
export type Standing =
  | "current"
  | "rotated"
  | "truncated"
  | "missing"
  | "unreadable";

/** A followed path. */
export interface FollowedFile {
  path: string;
  standing: Standing;
  /** How much was read of the file that was read last. */
  readBytes: number;
  readLines: number;
  /** When that was, in milliseconds since the epoch. */
  movedMs: number;
  /** The size of what stands at the path, if anything does. */
  sizeBytes: number | null;
  /** How much is still to be read; `null` where that cannot be told. */
  lagBytes: number | null;
}

/** The newest checkpoint of a path. */
export type FollowedRow = [
  path: string,
  device: number | null,
  inode: number | null,
  readBytes: number,
  readLines: number,
  movedMs: number,
];

/** Looks at the file that stands at a followed path. */
export function lookUp(row: FollowedRow): FollowedFile {
  const [path, device, inode, readBytes, readLines, movedMs] = row;
  const read = { path, readBytes, readLines, movedMs };
  const info = statOf(path);
  if (typeof info === "string") {
    return { ...read, standing: info, sizeBytes: null, lagBytes: null };
  }
  const isSame = info.isFile && device !== null && inode !== null &&
    sameFile(identityOf(info), { device, inode });
  const standing = !isSame
    ? "rotated"
    : info.size < readBytes
    ? "truncated"
    : "current";
  const lagBytes = standing === "current" ? info.size - readBytes : null;
  return { ...read, standing, sizeBytes: info.size, lagBytes };
}

function statOf(path: string): Deno.FileInfo | "missing" | "unreadable" {
  try {
    return Deno.statSync(path);
  } catch (error) {
    // Whatever else the reason is, what was read can be told all the same.
    return error instanceof Deno.errors.NotFound ? "missing" : "unreadable";
  }
}
