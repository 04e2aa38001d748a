/**
 * Reads a database that another process may be writing, and leaves no trace:
 * no file appears, vanishes or changes, and no process has to wait.
 *
 * A read-only connection as SQLite has it does leave one. Where a database in
 * WAL mode is closed, it creates a `-wal` and a `-shm` and leaves them there.
 * They belong to the user who read, so that the owner may not be able to open
 * them.
 *
 * @module
 */

import { Database } from "@db/sqlite";
import { Failure, messageOf } from "../../error.ts";
import { block } from "../../system/event_loop.ts";
import { databaseNamed } from "../address.ts";
import { failureOf } from "./failure.ts";
import { fullPath, refuseMounted } from "./place.ts";
import { unlessMissing } from "../../system/unless_missing.ts";
import { userId } from "../../system/user.ts";

/** `SQLITE_OPEN_READONLY` and `SQLITE_OPEN_URI`. */
const FLAGS = 0x01 | 0x40;
/** How long to wait where a writer recovers or closes the file, in milliseconds. */
const BUSY_TIMEOUT = 5000;
/** How often to read again where writers come and go meanwhile. */
const MOST_ATTEMPTS = 10;
/** Two writes this close to each other may bear the same time, in milliseconds. */
const TICK = 20;
/** What a `-wal` begins with, written and synced before its first page, in bytes. */
const WAL_HEADER = 32;
const ROOT = 0;

/**
 * How a database is opened, by the files beside it.
 *
 * - `closed`: the file is all there is. It is read without a lock, as one that
 *   no process writes, and read again if one did.
 * - `open`: the last commits are in its `-wal`, and its `-shm` says where: a
 *   process has it open, or was killed. Both are taken as they are.
 * - `torn`: there is a `-wal` without a `-shm`, as in a copy. SQLite creates a
 *   `-shm`, as it would for a writer.
 */
const PARAMETERS = {
  closed: "?immutable=1",
  open: "?readonly_shm=1",
  torn: "",
} as const;

/** Only a user who may write can undo what was begun. */
const HALF_WAY =
  "a program was killed while it changed it; start turn-counter on it once to put that right";

/** What a database looks like from outside. */
interface Look {
  state: keyof typeof PARAMETERS;
  /** Another one once the file was written, unless it {@linkcode isFresh}. */
  seal: string;
  /** Whether it was written just now. */
  isFresh: boolean;
  /** To whom the file belongs. */
  user: number | null;
  /** Whether there is a `-journal` with which a change can be undone. */
  hasJournal: boolean;
}

/**
 * Opens the database at `path`, reads it in one transaction, and closes it.
 *
 * @param read Called again where what it gave may not hold.
 * @throws {Failure} Where there is no such database, or it cannot be read.
 */
export function readOnly<T>(path: string, read: (db: Database) => T): T {
  try {
    const file = Deno.realPathSync(fullPath(path));
    refuseMounted(file);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const before = lookAtRest(file);
      const result = settle(() => readAt(file, before, read));
      const after = lookAt(file);
      const holds = before.state === "closed"
        ? after.state === "closed" && after.seal === before.seal
        : "value" in result || after.state === before.state;
      if (!holds) continue;
      if ("value" in result) return result.value;
      const isHalfWay = before.hasJournal && after.hasJournal &&
        /readonly database/.test(messageOf(result.error));
      throw isHalfWay ? new Error(HALF_WAY) : result.error;
    }
    throw new Error("database is locked");
  } catch (error) {
    throw readFailure(path, error);
  }
}

/** Looks once its seal can be trusted. */
function lookAtRest(file: string): Look {
  const look = lookAt(file);
  if (look.state !== "closed" || !look.isFresh) return look;
  block(TICK);
  return lookAt(file);
}

function lookAt(file: string): Look {
  const { isFile, dev, ino, size, mtime, uid } = Deno.statSync(file);
  // To open a FIFO could take for ever.
  if (!isFile) throw new Error("it is no regular file");
  const beside = (suffix: string) =>
    unlessMissing(() => Deno.statSync(file + suffix));
  // One without a page says no more than one that is not there.
  const hasWal = (beside("-wal")?.size ?? 0) > WAL_HEADER;
  const hasJournal = (beside("-journal")?.size ?? 0) > 0;
  const state = !hasWal && !hasJournal
    ? "closed"
    : beside("-shm") !== undefined
    ? "open"
    : "torn";
  const writtenMs = mtime?.getTime() ?? 0;
  const seal = [dev, ino, size, writtenMs].join();
  const isFresh = Date.now() - writtenMs < TICK;
  return { state, seal, isFresh, user: uid, hasJournal };
}

function readAt<T>(
  file: string,
  { state, user }: Look,
  read: (db: Database) => T,
): T {
  if (state === "torn" && ![ROOT, user].includes(userId())) {
    throw new Error(
      "it was not closed, and only its owner may put that right, by starting turn-counter on it",
    );
  }
  const path = file.split("/").map(encodeURIComponent).join("/");
  const db = new Database(`file:${path}${PARAMETERS[state]}`, {
    flags: FLAGS,
    int64: true,
  });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    db.exec("BEGIN");
    const value = read(db);
    db.exec("COMMIT");
    return value;
  } finally {
    db.close();
  }
}

function settle<T>(work: () => T): { value: T } | { error: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/** What {@linkcode failureOf} says is meant for writers. */
function readFailure(path: string, error: unknown): Failure {
  const sentence = error instanceof Deno.errors.NotFound
    ? "is not there; name the one that turn-counter writes with --db"
    : /unable to open|^14:|^Permission denied/.test(messageOf(error))
    ? "cannot be read; check the permissions of the file, of those beside it and of its directory"
    : null;
  if (sentence === null) return failureOf(path, error);
  return new Failure(`${databaseNamed(path)} ${sentence}`, {
    cause: error,
  });
}
