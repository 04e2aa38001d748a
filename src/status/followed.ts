/**
 * How far followed files have been read, and how far that is behind.
 *
 * @module
 */

import {
  identityOf,
  rotatedFiles,
  sameIdentity,
} from "../source/follow/scan.ts";

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
  /** When any file of the path was read last, in milliseconds since the epoch. */
  movedMs: number;
  /** The size of what stands at the path, if anything does. */
  sizeBytes: number | null;
  /**
   * How much is still to be read, with what is left of the files that were
   * rotated before; `null` where that cannot be told.
   */
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

/** The checkpoint of an older file of a path, in which something may be unread. */
export type OlderRow = [
  path: string,
  device: number,
  inode: number,
  readBytes: number,
];

/**
 * Looks at the file that stands at a followed path, and at those that were
 * rotated before.
 *
 * @param older Those of any path, the oldest first.
 */
export function lookUp(row: FollowedRow, older: OlderRow[]): FollowedFile {
  const [path, device, inode, readBytes, readLines, movedMs] = row;
  const read = { path, readBytes, readLines, movedMs };
  const info = statOf(path);
  if (typeof info === "string") {
    return { ...read, standing: info, sizeBytes: null, lagBytes: null };
  }
  const isSame = info.isFile && device !== null && inode !== null &&
    sameIdentity(identityOf(info), { device, inode });
  const standing = !isSame
    ? "rotated"
    : info.size < readBytes
    ? "truncated"
    : "current";
  const before = standing === "current"
    ? unreadBefore(path, older.filter((row) => row[0] === path))
    : null;
  const lagBytes = before === null ? null : before + info.size - readBytes;
  return { ...read, standing, sizeBytes: info.size, lagBytes };
}

/** How much is still to be read of the files that a path named before. */
function unreadBefore(path: string, older: OlderRow[]): number | null {
  if (older.length === 0) return 0;
  const all = entriesOf(path);
  if (all === null) return null;
  let unread = 0;
  for (const rotated of all) {
    const row = older.findLast(([, device, inode]) =>
      sameIdentity(rotated.identity, { device, inode })
    );
    if (row === undefined) continue;
    const info = statOf(rotated.path);
    // What is compressed in it is known only when it has been read.
    if (typeof info === "string" || rotated.path.endsWith(".gz")) return null;
    unread += Math.max(0, info.size - row[3]);
  }
  return unread;
}

function entriesOf(path: string): ReturnType<typeof rotatedFiles> | null {
  try {
    return rotatedFiles(path);
  } catch {
    return null;
  }
}

function statOf(path: string): Deno.FileInfo | "missing" | "unreadable" {
  try {
    return Deno.statSync(path);
  } catch (error) {
    // Whatever else the reason is, what was read can be told all the same.
    return error instanceof Deno.errors.NotFound ? "missing" : "unreadable";
  }
}
