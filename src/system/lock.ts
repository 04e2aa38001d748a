/**
 * Locks that vanish with the process that holds them, however it ends.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** Far behind what SQLite locks, and within what each file system allows. */
const BASE = 2n ** 32n;
const OPEN_READ_WRITE = 2;
const SEEK_SET = 0;
const TRY_LOCK = 2;

/**
 * Takes a lock for as long as this process lives.
 *
 * Such a lock ends when the process closes any handle of the file, so the file
 * must be open by then, and must not be opened and closed any more.
 *
 * @param path A file that can be written; nothing is written to it.
 * @param key Which of the file's locks, less than 2^31.
 * @returns Whether no other process has it.
 * @throws {Error} Where the file cannot be opened or locked.
 */
export function lockForLife(path: string, key: bigint): boolean {
  const { open, lseek, lockf } = libc();
  const fd = open(new TextEncoder().encode(`${path}\0`), OPEN_READ_WRITE);
  if (fd < 0) throw new Error("unable to open it once more");
  if (lseek(fd, BASE + key, SEEK_SET) < 0) {
    throw new Error("it cannot be locked");
  }
  return lockf(fd, TRY_LOCK, 1n) === 0;
}
