/**
 * The place of a database's files in the file system. The database, its `-wal`
 * and its `-shm` must be the files that every other program sees: two programs
 * with a `-shm` each write over what the other committed.
 *
 * @module
 */

import { dirname, isAbsolute } from "node:path";
import { isMountPoint } from "../../system/mounts.ts";
import { unlessMissing } from "../../system/unless_missing.ts";

/** The files that SQLite keeps open, by what is added to the database's path. */
const OPEN_FILES = ["", "-wal", "-shm"] as const;
type Suffix = typeof OPEN_FILES[number];

/** What became of a file under its name. */
export type Fate = "kept" | "gone" | "replaced";

/**
 * The full path that a path means to the system and to SQLite. Deno leaves out
 * `link/..` without a look at the link.
 *
 * @throws {Error} Where a directory before a `..` is missing.
 */
export function fullPath(path: string): string {
  const all = isAbsolute(path) ? path : `${Deno.cwd()}/${path}`;
  let full = "";
  for (const name of all.split("/")) {
    if (name === "..") full = dirname(Deno.realPathSync(full || "/"));
    else if (name !== "" && name !== ".") full += `/${name}`;
    if (full === "/") full = "";
  }
  return full || "/";
}

/** In milliseconds. */
const HOUR = 3_600_000;

/** The place of an open database. */
export class Place {
  /** The path of each file. */
  readonly paths: Record<Suffix, string>;
  #identities: Record<Suffix, string>;

  /**
   * Takes notice of the files, all of which SQLite must have open.
   *
   * @throws {Error} Where one is missing.
   */
  constructor(file: string) {
    // SQLite puts the others beside the file, not beside a link to it.
    const real = Deno.realPathSync(file);
    this.paths = { "": file, "-wal": `${real}-wal`, "-shm": `${real}-shm` };
    this.#identities = forEach((suffix) => {
      const identity = identityOf(look(this.paths[suffix]));
      if (identity === undefined) throw notKept(suffix);
      return identity;
    });
  }

  /** What became of each file. */
  fates(): Record<Suffix, Fate> {
    return forEach((suffix) => {
      const identity = identityOf(look(this.paths[suffix]));
      if (identity === undefined) return "gone";
      return identity === this.#identities[suffix] ? "kept" : "replaced";
    });
  }

  /**
   * Makes sure that the files are what other programs see.
   *
   * @throws {Error} Where they are not.
   */
  assertKept(): void {
    for (const suffix of OPEN_FILES) {
      const info = look(this.paths[suffix]);
      if (identityOf(info) !== this.#identities[suffix]) throw notKept(suffix);
      if (suffix === "") refuseOtherNames(info);
      keepYoung(this.paths[suffix], info!);
    }
  }
}

function forEach<T>(value: (suffix: Suffix) => T): Record<Suffix, T> {
  return { "": value(""), "-wal": value("-wal"), "-shm": value("-shm") };
}

function look(path: string): Deno.FileInfo | undefined {
  return unlessMissing(() => Deno.statSync(path));
}

function identityOf(info: Deno.FileInfo | undefined): string | undefined {
  return info && `${info.dev} ${info.ino}`;
}

/**
 * Keeps away what deletes old files: SQLite writes to a `-shm` without a change
 * of its times, and to the database rarely.
 */
function keepYoung(path: string, { mtime }: Deno.FileInfo): void {
  const now = new Date();
  if (mtime === null || now.getTime() - mtime.getTime() < HOUR) return;
  try {
    Deno.utimeSync(path, now, now);
  } catch (error) {
    // Only its owner may; what became of it is seen all the same.
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

/** @throws {Error} Where other programs may open the file by another name. */
function refuseOtherNames(info: Deno.FileInfo | undefined): void {
  if ((info?.nlink ?? 1) > 1) throw new Error("more than one name");
}

function notKept(suffix: Suffix): Error {
  return new Error(`${suffix || "file"} deleted or replaced`);
}

/**
 * Creates a file for its owner alone, if it is not there; SQLite gives `-wal`
 * and `-shm` its mode. SQLite would open a file that is there but cannot be
 * written, and say so only at the first event.
 *
 * @throws {Error} Where the file cannot be written, or is no regular file: to
 * open a FIFO could take for ever, and what a link to nothing would create is
 * not the same on all systems. Also where other programs see another `-wal`.
 */
export function createFile(file: string): void {
  const info = look(file);
  // Another process may have created it since.
  const isLink = unlessMissing(() => Deno.lstatSync(file))?.isSymlink === true;
  if (info === undefined && isLink) {
    throw new Error("it is a symbolic link to a file that is not there");
  }
  if (info?.isFile === false) throw new Error("it is no regular file");
  refuseOtherNames(info);
  refuseMounted(file);
  Deno.openSync(file, { write: true, create: true, mode: 0o600 }).close();
}

/**
 * @throws {Error} Where the file alone is mounted into its directory, so that
 * what is beside it there is not what is beside it elsewhere.
 */
export function refuseMounted(file: string): void {
  const real = unlessMissing(() => Deno.realPathSync(file));
  if (real !== undefined && isMountPoint(real)) {
    throw new Error("mounted alone");
  }
}
