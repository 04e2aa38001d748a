/**
 * Finds the files of a log: itself, and those that it was rotated to.
 *
 * @module
 */

import { join } from "node:path";
import { unlessMissing } from "../../system/unless_missing.ts";
import type { Identity } from "../../turns/checkpoint.ts";
import { COMPRESSED_NAME } from "../compressed/detect.ts";
import type { Clock } from "./change_watcher.ts";
import {
  CLOCK_STEP,
  fileAt,
  identityOf,
  isSameFile,
  Moved,
  sameIdentity,
  type ScannedFile,
} from "./scanned_file.ts";

/** A log at a path, and the files in its directory that it was rotated to. */
export class RotatedLog {
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
