/**
 * The database's place in the file system.
 *
 * @module
 */

import { unlessMissing } from "../../system/unless_missing.ts";

/** Tells from now on whether the file at `path` is the one that is there now. */
export function stillThere(path: string): () => boolean {
  const { dev, ino } = Deno.statSync(path);
  return () => {
    const info = unlessMissing(() => Deno.statSync(path));
    return info?.ino === ino && info.dev === dev;
  };
}

/**
 * Creates a file for its owner alone, if it is not there; SQLite gives `-wal`
 * and `-shm` its mode. SQLite would open a file that is there but cannot be
 * written, and say so only at the first event.
 *
 * @throws {Error} Where the file cannot be written, or is no regular file: to
 * open a FIFO could take for ever, and what a link to nothing would create is
 * not the same on all systems.
 */
export function createFile(file: string): void {
  const info = unlessMissing(() => Deno.statSync(file));
  // Another process may have created it since.
  const isLink = unlessMissing(() => Deno.lstatSync(file))?.isSymlink === true;
  if (info === undefined && isLink) {
    throw new Error("it is a symbolic link to a file that is not there");
  }
  if (info?.isFile === false) throw new Error("it is no regular file");
  Deno.openSync(file, { write: true, create: true, mode: 0o600 }).close();
}
