/**
 * Puts what SQLite or the system says into a sentence with the file and the
 * remedy in it (SPEC section 8).
 *
 * @module
 */

import { Failure, messageOf } from "../../error.ts";
import { databaseNamed } from "../address.ts";
import { diskError } from "./disk.ts";

/** What SQLite says of most errors of the system. */
const DISK_ERROR = /disk I\/O error|^10:/;
const NOT_OPENED =
  /unable to open|^14:|^No such file|^Not a directory|^Is a directory|^Too many open files/;

/** The binding gives no code with an SQL error, so its text has to do. */
const REMEDIES: [pattern: RegExp, sentence: string][] = [
  [
    /database (table )?is locked|^5:/,
    "is locked by another program for too long; wait for that program or stop it, then start again",
  ],
  [
    /disk is full|^No space left/,
    "cannot grow, the disk is full; free some space, then start again: nothing committed is lost",
  ],
  [
    /^Disk quota exceeded/,
    "cannot grow, the disk quota is exceeded; free some space or have it raised, then start again: nothing committed is lost",
  ],
  [
    /^no shared mappings/,
    "is on a file system without shared memory mappings, which SQLite needs; name a database on a local disk with --db",
  ],
  [
    /^file deleted or replaced/,
    "was deleted or replaced while this program ran; put it back, or start again to count anew from a log that has everything",
  ],
  [
    /^-shm deleted or replaced/,
    "lost its -shm to another program while this program ran, so that others may have changed it unseen; start again, nothing committed is lost, and keep what cleans its directory away from its -wal and -shm",
  ],
  [
    /^-wal deleted or replaced/,
    "lost its -wal to another program while this program ran, and perhaps the last commits with it; start again and read the log again, and keep what cleans its directory away from its -wal and -shm",
  ],
  [
    /^more than one name/,
    "has a second name (a hard link), under which other programs see another -wal; remove one of the names, or copy it to a file of its own",
  ],
  [
    /^mounted alone/,
    "is mounted alone into its directory, so that other programs see another -wal; mount the directory that it is in",
  ],
  [
    /not a database/,
    "is not an SQLite database; name another file with --db",
  ],
  [
    /malformed|^11:/,
    "is damaged; restore a copy of it, or name a new file with --db and read the log again",
  ],
  [
    /readonly database|^8:|^Permission denied|^Read-only file system/,
    "cannot be written; check the permissions of the file and of its directory",
  ],
  [
    /^Requires all access/,
    "is below /dev, /proc or /sys, where this program may open nothing; name another file with --db",
  ],
  [
    NOT_OPENED,
    "cannot be opened; check that it is a file, that its directory exists, that you may write to both, and that file descriptors (ulimit -n) are available",
  ],
  [
    DISK_ERROR,
    "cannot be read or written, the disk reports an error; check the disk and that the file was not moved or deleted",
  ],
];

/** The failure to report when a change of the database at `path` threw. */
export function storeFailure(path: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = messageOf(error);
  const isVague = DISK_ERROR.test(message) || NOT_OPENED.test(message);
  return failureOf(path, isVague ? diskError(path) ?? error : error);
}

/** The failure to report when the database at `path` cannot be read. */
export function failureOf(path: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = messageOf(error);
  const remedy = REMEDIES.find(([pattern]) => pattern.test(message));
  const sentence = remedy?.[1] ??
    `cannot be used: ${message}; check it, or name another file with --db`;
  return new Failure(`${databaseNamed(path)} ${sentence}`, {
    cause: error,
  });
}
