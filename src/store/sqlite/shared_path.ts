/**
 * The care that a path needs in a directory where others may write (SPEC
 * section 9).
 *
 * @module
 */

import { Failure } from "../../error.ts";
import { unlessMissing } from "../../system/unless_missing.ts";
import { userId } from "../../system/user.ts";

/** The files of an SQLite database, by what is added to its path. */
export const DATABASE_SUFFIXES = ["", "-wal", "-shm", "-journal"];

/**
 * Refuses a database at a path that anybody could have prepared.
 *
 * @param user The user to whom its files must belong.
 * @throws {Failure} Where one of its files is there and is no regular file, or
 * belongs to someone else.
 */
export function refuseForeignFiles(path: string, user: number = userId()) {
  for (const suffix of DATABASE_SUFFIXES) {
    const info = unlessMissing(() => Deno.lstatSync(path + suffix));
    const problem = info?.isSymlink
      ? "is a symbolic link"
      : info?.isFile === false
      ? "is no regular file"
      : info !== undefined && info.uid !== user
      ? "belongs to someone else"
      : undefined;
    if (problem !== undefined) {
      throw new Failure(
        `the default database's file "${path}${suffix}" ${problem}, so that others could read your conversations; name a database of your own with --db`,
      );
    }
  }
}
