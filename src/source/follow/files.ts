/**
 * The file that is followed, and those that it was rotated into.
 *
 * @module
 */

import { unlessMissing } from "../../system/unless_missing.ts";
import type { Identity } from "./position.ts";

/** A file that is or was the followed one. */
export interface Entry {
  path: string;
  identity: Identity;
  /** When it was last written to, in milliseconds since the epoch. */
  modifiedMs: number;
}

/** What a rotation adds to a name: `.1`, `-20251118`, `.2025-11-18T10:00`, `.old`. */
const ROTATED = "[.-](?:\\d[\\d.:_T-]*|old)";

/** Which names a followed file can be rotated to: added behind it, or before its extension. */
export function rotatedName(name: string): RegExp {
  const literal = (text: string) => text.replace(/[^\w]/g, "\\$&");
  const [, stem, extension] = /^(.+?)(\.[^.]*)?$/s.exec(name)!;
  const before = literal(stem) + ROTATED + literal(extension ?? "");
  return new RegExp(`^(?:${literal(name)}${ROTATED}|${before})(?:\\.gz)?$`);
}

/** The path of the directory that a file stands in, and the file's name. */
export function splitPath(path: string): { directory: string; name: string } {
  const slash = path.lastIndexOf("/");
  return {
    directory: path.slice(0, slash) || "/",
    name: path.slice(slash + 1),
  };
}

/**
 * The rotated files of a path, the oldest first. One that is just being
 * compressed is there once, as it was.
 */
export function rotatedFiles(path: string): Entry[] {
  const { directory, name } = splitPath(path);
  const pattern = rotatedName(name);
  const paths = [...unlessMissing(() => [...Deno.readDirSync(directory)]) ?? []]
    .filter((entry) => pattern.test(entry.name))
    .map((entry) => `${directory}/${entry.name}`);
  return paths
    .filter((path) =>
      !paths.includes(path.replace(/\.gz$/, "")) ||
      !path.endsWith(".gz")
    )
    .flatMap((path) => entryAt(path) ?? [])
    .sort((a, b) => a.modifiedMs - b.modifiedMs);
}

/** The file at a path, if there is one. */
export function entryAt(path: string): Entry | undefined {
  const info = unlessMissing(() => Deno.statSync(path));
  if (info === undefined || !info.isFile) return undefined;
  const modifiedMs = info.mtime?.getTime() ?? 0;
  return { path, identity: identityOf(info), modifiedMs };
}

/** What tells a file from the others that are there. */
export function identityOf({ dev, ino }: Deno.FileInfo): Identity {
  // Some file systems have inodes that no safe integer holds.
  const limit = 2 ** 53;
  return { device: dev % limit, inode: (ino ?? 0) % limit };
}

/** Whether two identities are of one file. */
export function sameFile(a: Identity, b: Identity): boolean {
  return a.device === b.device && a.inode === b.inode;
}
