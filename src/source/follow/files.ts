/**
 * The file that is followed, and those that it was rotated into.
 *
 * @module
 */

import { join } from "node:path";
import { unlessMissing } from "../../system/unless_missing.ts";
import type { Identity } from "../../turns/checkpoint.ts";

/** A file that is or was the followed one. */
export interface Entry {
  path: string;
  identity: Identity;
  /** When it was last written to, in milliseconds since the epoch. */
  modifiedMs: number;
  /** How many bytes are in it. */
  size: number;
}

/** A path, and that of the file that it is a link to, if it is one. */
export function pathsOf(path: string): string[] {
  const target = unlessMissing(() => Deno.realPathSync(path)) ?? path;
  return [...new Set([path, target])];
}

/** What a rotation adds to a name: a date and perhaps a time, or else a number. */
const DATED = "[.-]\\d{4}-?\\d\\d-?\\d\\d[\\dT:_.-]*(?:\\.backup)?";
const NUMBERED = "\\.\\d{1,5}|-\\d{9,}|\\.old";

/**
 * Which names a followed file can be rotated to: something is added behind the
 * name, or before its extension. One of the pattern's two groups is what.
 */
export function rotatedName(name: string): RegExp {
  const literal = (text: string) => text.replace(/[^\w]/g, "\\$&");
  const [, stem, extension = ""] = /^(.+?)(\.[^.]*)?$/s.exec(name)!;
  const [whole, start, end] = [name, stem, extension].map(literal);
  const added = `(${DATED}|${NUMBERED})`;
  return new RegExp(`^(?:${whole}${added}|${start}${added}${end})(?:\\.gz)?$`);
}

/** The path of the directory that a file stands in, and the file's name. */
export function splitPath(path: string): { directory: string; name: string } {
  const slash = path.lastIndexOf("/");
  return {
    directory: path.slice(0, slash) || "/",
    name: path.slice(slash + 1),
  };
}

/** Some file moved while it was looked at: look again. */
export class Moved extends Error {}

/** The files of a path at one moment. */
export interface Present {
  /** The rotated files, the oldest first. */
  rotated: Entry[];
  /** The file at the path itself. */
  current: Entry | undefined;
  /** Which file has which name, for comparisons. */
  places: string;
}

/**
 * The files of a path, each of them once.
 *
 * @throws {Moved} Where some of them are being moved.
 */
export function filesAt(path: string): Present {
  const [before, after] = [present(path), present(path)];
  const places = placesOf(after);
  if (placesOf(before) !== places) throw new Moved();
  const { current } = after;
  const rotated = after.rotated.filter((entry, i, all) =>
    !(current && sameFile(entry.identity, current.identity)) &&
    all.findLastIndex((e) => sameFile(e.identity, entry.identity)) === i
  );
  return { rotated, current, places };
}

function present(path: string) {
  return { rotated: rotatedFiles(path), current: entryAt(path) };
}

/** Which file has which name. */
function placesOf({ rotated, current }: ReturnType<typeof present>): string {
  const places = [...rotated, current].map((entry) =>
    entry && [entry.path, entry.identity.device, entry.identity.inode]
  );
  return JSON.stringify(places);
}

/**
 * The rotated files of a path, the oldest first; those of the file that it is a
 * link to, if it is one, are among them. One that is just being compressed is
 * there once, as it was.
 */
export function rotatedFiles(path: string): Entry[] {
  return pathsOf(path).flatMap(siblings)
    .filter(({ entry }, i, all) =>
      all.findIndex((other) => other.entry.path === entry.path) === i
    )
    .sort(byAge)
    .map(({ entry }) => entry);
}

function siblings(path: string): Rotated[] {
  const { directory, name } = splitPath(path);
  const pattern = rotatedName(name);
  const names = [...unlessMissing(() => [...Deno.readDirSync(directory)]) ?? []]
    .map((entry) => entry.name)
    .filter((name) => pattern.test(name));
  return names
    .filter((name) =>
      !name.endsWith(".gz") || !names.includes(name.slice(0, -".gz".length))
    )
    .flatMap((name) => {
      const entry = entryAt(join(directory, name));
      const [, behind, before] = pattern.exec(name)!;
      return entry === undefined ? [] : { entry, added: behind ?? before };
    });
}

/** A rotated file, and what was added to its name. */
interface Rotated {
  entry: Entry;
  added: string;
}

/**
 * The oldest first. What was added to their names tells, where that is a number
 * or a date in both: the clock may not, and an older file may have been written
 * to later.
 */
function byAge(a: Rotated, b: Rotated): number {
  const [first, second] = [a, b].map(({ added }) => /^\.\d{1,5}$/.test(added));
  if (first && second) return +b.added.slice(1) - +a.added.slice(1);
  if (!first && !second && a.added !== ".old" && b.added !== ".old") {
    return a.added < b.added ? -1 : 1;
  }
  return a.entry.modifiedMs - b.entry.modifiedMs;
}

/** The file at a path, if there is one. */
export function entryAt(path: string): Entry | undefined {
  const info = unlessMissing(() => Deno.statSync(path));
  if (info === undefined || !info.isFile) return undefined;
  return entryOf(path, info);
}

/** What is known of the file at a path, or of one that was opened there. */
export function entryOf(path: string, info: Deno.FileInfo): Entry {
  const { size } = info;
  return {
    path,
    identity: identityOf(info),
    modifiedMs: modifiedMs(info),
    size,
  };
}

/** Opens a file, unless there is another at its path by now. */
export function openEntry({ path, identity }: Entry): Deno.FsFile | undefined {
  const file = unlessMissing(() => Deno.openSync(path));
  if (file === undefined) return undefined;
  if (sameFile(identityOf(file.statSync()), identity)) return file;
  file.close();
  return undefined;
}

/** When a name was last added to the directory of a path, moved or removed. */
export function directoryMs(path: string): number {
  return Math.max(
    ...pathsOf(path).map((path) => {
      const { directory } = splitPath(path);
      const info = unlessMissing(() => Deno.statSync(directory));
      return info === undefined ? 0 : modifiedMs(info);
    }),
  );
}

/** When a file was last written to, in milliseconds since the epoch. */
export function modifiedMs({ mtime }: Deno.FileInfo): number {
  return mtime?.getTime() ?? 0;
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
