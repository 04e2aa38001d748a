/**
 * The `-shm` of a database on a file system that copies on write.
 *
 * SQLite maps it into memory. Each change may need a fresh block on btrfs, and
 * where there is none the system ends the process without a word. A file that
 * is made for it is changed in place.
 *
 * @module
 */

import { cString, libc } from "../../system/libc.ts";
import { unlessMissing } from "../../system/unless_missing.ts";
import { userId } from "../../system/user.ts";

/** What `statfs` calls it. */
const BTRFS = 0x9123683en;
/** Larger than what `statfs` fills, in bytes. */
const STATFS_BYTES = 256;
const GET_FLAGS = 0x80086601n;
const SET_FLAGS = 0x40086602n;
/** The flag of a file that is changed in place. */
const IN_PLACE = 0x800000n;
const ROOT = 0;

/**
 * Creates the `-shm` as SQLite would, if it is not there and would be changed
 * by copying.
 *
 * @param file The path of a database.
 * @returns Call it to undo that, where the database is not opened after all.
 */
export function createIndex(file: string): () => void {
  const nothing = () => {};
  if (Deno.build.os !== "linux") return nothing;
  const real = Deno.realPathSync(file);
  const path = `${real}-shm`;
  const isThere = unlessMissing(() => Deno.lstatSync(path)) !== undefined;
  if (isThere || fileSystemOf(real) !== BTRFS) return nothing;
  const { mode, uid, gid } = Deno.statSync(real);
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    // Another process was faster.
    if (error instanceof Deno.errors.AlreadyExists) return nothing;
    throw error;
  }
  changeInPlace(path);
  Deno.chmodSync(path, mode! & 0o777);
  if (userId() === ROOT) Deno.chownSync(path, uid, gid);
  return () => {
    // SQLite deletes it itself, or another process uses it now.
    const left = unlessMissing(() => Deno.lstatSync(path));
    if (left?.size === 0) Deno.removeSync(path);
  };
}

function fileSystemOf(path: string): bigint {
  const answer = new BigInt64Array(STATFS_BYTES / 8);
  libc.statfs(cString(path), answer);
  return answer[0];
}

/** Does nothing where the file system refuses. */
function changeInPlace(path: string): void {
  const flags = new BigUint64Array(1);
  const fd = libc.open(cString(path), 0);
  if (libc.ioctl(fd, GET_FLAGS, flags) === 0) {
    flags[0] |= IN_PLACE;
    libc.ioctl(fd, SET_FLAGS, flags);
  }
  libc.close(fd);
}
