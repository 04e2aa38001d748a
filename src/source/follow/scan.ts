/**
 * Scans the files of a log: itself, and those that it was rotated to.
 *
 * @module
 */

import { join } from "node:path";
import { unlessMissing } from "../../system/unless_missing.ts";
import type { Identity } from "../../turns/checkpoint.ts";
import { COMPRESSED_NAME } from "../compressed/detect.ts";
import type { Clock } from "./change_watcher.ts";

/** A file as it was at a scan. */
export interface ScannedFile {
  path: string;
  identity: Identity;
  /** When it was last written to, in milliseconds since the epoch. */
  modifiedMs: number;
  /** Its size in bytes. */
  size: number;
}

/** Files that are followed together. */
export interface FileSet {
  /**
   * The files that are present, each once, in reading order.
   *
   * @throws {Moved} If some of them are being moved.
   */
  scan(): ScannedFile[];
  /** Whether a file is identified by its content: copied or compressed, it is the same. */
  readonly sameContentIsSameFile: boolean;
}

/** How much earlier than the clock the time of a file may be, in milliseconds. */
export const CLOCK_STEP = 100;

/** A file was moved during the scan: scan again. */
export class Moved extends Error {}

/** A log at a path, and the files in its directory that it was rotated to. */
export class RotatedLog implements FileSet {
  readonly sameContentIsSameFile = true;
  #path: string;
  #names: DirectoryNames;
  #refused: Refused;

  /** @param refused Called with each file beside the log that cannot be looked at. */
  constructor(path: string, clock: Clock, refused: Refused = () => {}) {
    this.#path = path;
    this.#names = new DirectoryNames(clock);
    this.#refused = refused;
  }

  /** The rotated files, the oldest first, and the log itself as the last. */
  scan(): ScannedFile[] {
    const [before, files] = [this.#list(), this.#list()];
    if (placesOf(before) !== placesOf(files)) throw new Moved();
    // A file may have two names, for example if the log is a link.
    return files.filter((file, i) =>
      files.findLastIndex((other) => isSameFile(other, file)) === i
    );
  }

  /** The log itself, if it exists. */
  current(): ScannedFile | undefined {
    return fileAt(this.#path);
  }

  /** Whether a file is the log itself. */
  isCurrent(file: ScannedFile): boolean {
    return file.path === this.#path;
  }

  #list(): ScannedFile[] {
    const list = (directory: string) => this.#names.of(directory);
    const rotated = rotatedFiles(this.#path, list, this.#refused);
    const current = this.current();
    return current === undefined ? rotated : [...rotated, current];
  }
}

/** The names in directories, which are listed again only if they have changed. */
class DirectoryNames {
  #clock: Clock;
  #known = new Map<
    string,
    { directory: Identity; changedMs: number; names: string[] }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(directory: string): string[] {
    const info = unlessMissing(() => Deno.statSync(directory));
    const changedMs = info?.mtime?.getTime() ?? 0;
    const known = this.#known.get(directory);
    // A link to a directory may have been pointed elsewhere.
    const isSame = known && info && known.changedMs === changedMs &&
      sameIdentity(known.directory, identityOf(info));
    if (isSame) return known.names;
    const names = namesIn(directory);
    this.#known.delete(directory);
    // A later change in the same clock step would have the same time.
    if (info && this.#clock.nowMs() - changedMs > CLOCK_STEP) {
      const identity = identityOf(info);
      this.#known.set(directory, { directory: identity, changedMs, names });
    }
    return names;
  }
}

function namesIn(directory: string): string[] {
  return [...unlessMissing(() => [...Deno.readDirSync(directory)]) ?? []]
    .map(({ name }) => name);
}

/** The name of each file, as one text. */
function placesOf(files: ScannedFile[]): string {
  return JSON.stringify(files.map(({ path, identity }) => [path, identity]));
}

/** What a rotation adds to a name: a date and perhaps a time, or a number. */
const DATED = "[.-]\\d{4}-?\\d\\d-?\\d\\d[\\dT:_.-]*(?:\\.backup)?";
const NUMBERED = "\\.\\d{1,5}|-\\d{9,}|\\.old";

/**
 * Matches the names that a log can be rotated to: a date or number is added
 * after the name or before its extension. One of the two groups captures it.
 */
export function rotatedName(name: string): RegExp {
  const literal = (text: string) => text.replace(/[^\w]/g, "\\$&");
  const [, stem, extension = ""] = /^(.+?)(\.[^.]*)?$/s.exec(name)!;
  const [whole, start, end] = [name, stem, extension].map(literal);
  const added = `(${DATED}|${NUMBERED})`;
  return new RegExp(
    `^(?:${whole}${added}|${start}${added}${end})(?:\\.gz|\\.zst)?$`,
  );
}

/** The directory of a path, and the name in it. */
export function splitPath(path: string): { directory: string; name: string } {
  const slash = path.lastIndexOf("/");
  return {
    directory: path.slice(0, slash) || "/",
    name: path.slice(slash + 1),
  };
}

/** Whether a path is that of a log, or of a file that it was rotated to. */
export function isFileOf(log: string): (path: string) => boolean {
  const { directory, name } = splitPath(log);
  const rotated = rotatedName(name);
  return (path) => {
    const other = splitPath(path);
    return other.directory === directory &&
      (other.name === name || rotated.test(other.name));
  };
}

/** A path, and its target if it is a link. */
export function pathsOf(path: string): string[] {
  const target = unlessMissing(() => Deno.realPathSync(path)) ?? path;
  return [...new Set([path, target])];
}

/**
 * The rotated files of a log, the oldest first; if the log is a link, those of
 * its target too. Of a file that is being compressed, only the original is
 * returned.
 */
export function rotatedFiles(
  path: string,
  list: (directory: string) => string[] = namesIn,
  refused: Refused = () => {},
): ScannedFile[] {
  return pathsOf(path).flatMap((path) => siblings(path, list, refused))
    .filter(({ file }, i, all) =>
      all.findIndex((other) => other.file.path === file.path) === i
    )
    .sort(byAge)
    .map(({ file }) => file);
}

/** Reports a file that cannot be looked at; throws any other error. */
type Refused = (path: string, error: unknown) => void;

/** A rotated file, and what was added to its name. */
interface Rotated {
  file: ScannedFile;
  added: string;
}

function siblings(
  path: string,
  list: (directory: string) => string[],
  refused: Refused,
): Rotated[] {
  const { directory, name } = splitPath(path);
  const pattern = rotatedName(name);
  const names = list(directory).filter((name) => pattern.test(name));
  return names
    .filter((name) =>
      !COMPRESSED_NAME.test(name) ||
      !names.includes(name.replace(COMPRESSED_NAME, ""))
    )
    .flatMap((name) => {
      const path = join(directory, name);
      const [, after, before] = pattern.exec(name)!;
      try {
        const file = fileAt(path);
        return file === undefined ? [] : { file, added: after ?? before };
      } catch (error) {
        // It costs itself only, as a link to itself does.
        refused(path, error);
        return [];
      }
    });
}

/**
 * The oldest first: by the number or date in the names if both have the same
 * kind, since the clock may have been set and a writer may be late; otherwise by
 * the modification time.
 */
function byAge(a: Rotated, b: Rotated): number {
  const [first, second] = [a, b].map(({ added }) => /^\.\d{1,5}$/.test(added));
  if (first && second) return +b.added.slice(1) - +a.added.slice(1);
  if (!first && !second && a.added !== ".old" && b.added !== ".old") {
    return a.added < b.added ? -1 : 1;
  }
  return a.file.modifiedMs - b.file.modifiedMs;
}

/** The regular file at a path, if there is one. */
export function fileAt(path: string): ScannedFile | undefined {
  const info = unlessMissing(() => Deno.statSync(path));
  return info?.isFile ? scanned(path, info) : undefined;
}

/** A file with the values of its status. */
export function scanned(path: string, info: Deno.FileInfo): ScannedFile {
  return {
    path,
    identity: identityOf(info),
    modifiedMs: info.mtime?.getTime() ?? 0,
    size: info.size,
  };
}

/**
 * Opens a file.
 *
 * @throws {Moved} If there is another file at its path by now, or none.
 */
export function openFile({ path, identity }: ScannedFile): Deno.FsFile {
  const file = unlessMissing(() => Deno.openSync(path));
  if (file === undefined) throw new Moved();
  if (sameIdentity(identityOf(file.statSync()), identity)) return file;
  file.close();
  throw new Moved();
}

/** The device and inode of a file. */
export function identityOf({ dev, ino }: Deno.FileInfo): Identity {
  // Some file systems have inodes above the safe integers.
  const limit = 2 ** 53;
  return { device: dev % limit, inode: (ino ?? 0) % limit };
}

/** Whether two identities are of one file. */
export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** Whether two scans found the same file. */
export function isSameFile(a: ScannedFile, b: ScannedFile): boolean {
  return sameIdentity(a.identity, b.identity);
}

/** Whether two scans found the same file, unchanged. */
export function isUnchanged(a: ScannedFile, b: ScannedFile): boolean {
  return isSameFile(a, b) && a.modifiedMs === b.modifiedMs &&
    a.size === b.size;
}
