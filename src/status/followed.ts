/**
 * Compares how far followed files have been read with what the file system
 * holds of them.
 *
 * @module
 */

import { COMPRESSED_NAME } from "../source/compressed/detect.ts";
import { rotatedFiles } from "../source/follow/rotated_log.ts";
import { identityOf, sameIdentity } from "../source/follow/scanned_file.ts";
import type { FollowedPath, FollowedTree, OlderFile } from "../store/open.ts";

/**
 * What is at a followed path, compared with the file that was read last under
 * it: that very file; another one, so that it was rotated and the new one is
 * not yet seen; the file, but shorter than what was read of it; nothing; what
 * this user may not look at; or a file on another machine.
 */
export type FileState =
  | "current"
  | "rotated"
  | "truncated"
  | "missing"
  | "unreadable"
  | "elsewhere";

/** A followed path, as {@linkcode lookUp} found it. */
export interface FollowedFile extends
  Pick<
    FollowedPath,
    "host" | "path" | "readBytes" | "readLines" | "movedMs"
  > {
  state: FileState;
  /** The size of what is there; `null` where that cannot be known. */
  sizeBytes: number | null;
  /**
   * How much is still to be read, with the rest of the files that were rotated
   * before; `null` where that cannot be known.
   */
  lagBytes: number | null;
}

/**
 * Looks at the file at a followed path, and at those that were rotated before.
 */
export function lookUp(
  { identity, older, ...read }: FollowedPath,
): FollowedFile {
  const { host, path, readBytes } = read;
  const info = statOf(path, host);
  if (typeof info === "string") {
    return { ...read, state: info, sizeBytes: null, lagBytes: null };
  }
  const isSame = info.isFile && identity !== null &&
    sameIdentity(identityOf(info), identity);
  const state = !isSame
    ? "rotated"
    : info.size < readBytes
    ? "truncated"
    : "current";
  const before = state === "current" ? unreadBefore(path, older) : null;
  const lagBytes = before === null ? null : before + info.size - readBytes;
  return { ...read, state, sizeBytes: info.size, lagBytes };
}

/** A followed directory, as {@linkcode lookUpTree} found it. */
export interface FollowedDirectory extends FollowedFile {
  state: Exclude<FileState, "rotated" | "truncated">;
  /** How many files below it are followed; all other numbers are sums of theirs. */
  files: number;
}

/** Looks at the files below a followed directory that are known. */
export function lookUpTree(
  { host, path, files }: FollowedTree,
): FollowedDirectory {
  const info = statOf(path, host);
  const found: FollowedDirectory = {
    ...{ host, path, state: typeof info === "string" ? info : "current" },
    ...{ files: files.length, readBytes: 0, readLines: 0, movedMs: 0 },
    ...{ sizeBytes: null, lagBytes: null },
  };
  for (const { readBytes, readLines, movedMs } of files) {
    found.readBytes += readBytes;
    found.readLines += readLines;
    found.movedMs = Math.max(found.movedMs, movedMs);
  }
  if (host !== null) return found;
  let [sizeBytes, lagBytes] = [0, 0];
  for (const { name, done, readBytes } of files) {
    const info = statOf(name);
    // One that was deleted will not be read any further.
    if (typeof info === "string") continue;
    sizeBytes += info.size;
    if (!done) lagBytes += Math.max(0, info.size - readBytes);
  }
  return { ...found, sizeBytes, lagBytes };
}

/** How much is still to be read of the files that a path named before. */
function unreadBefore(path: string, older: OlderFile[]): number | null {
  if (older.length === 0) return 0;
  const all = entriesOf(path);
  if (all === null) return null;
  let unread = 0;
  for (const rotated of all) {
    const file = older.findLast(({ identity }) =>
      sameIdentity(rotated.identity, identity)
    );
    if (file === undefined) continue;
    const info = statOf(rotated.path);
    // What is compressed in it is known only when it has been read.
    if (typeof info === "string" || COMPRESSED_NAME.test(rotated.path)) {
      return null;
    }
    unread += Math.max(0, info.size - file.readBytes);
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

function statOf(
  path: string,
  host: string | null = null,
): Deno.FileInfo | "missing" | "unreadable" | "elsewhere" {
  if (host !== null) return "elsewhere";
  try {
    return Deno.statSync(path);
  } catch (error) {
    // Whatever else the reason is, what was read can be shown all the same.
    return error instanceof Deno.errors.NotFound ? "missing" : "unreadable";
  }
}
