/**
 * The checkpoints of followed files as rows (SPEC section 7, `--follow`).
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import {
  type Checkpoint,
  type FilePlace,
  type NewFile,
  NOTHING,
  type Position,
} from "../../turns/checkpoint.ts";
import type { CheckpointStore, Transactions } from "../../turns/store.ts";
import { prepareAll, type Prepared } from "./prepared.ts";
import { textOf } from "./texts.ts";
import type { FileTransactions } from "./transactions.ts";

/** The table. */
export const CHECKPOINT_TABLE = `
CREATE TABLE checkpoints (
    -- ascending in the order in which the files of a path are read
    file_id INTEGER PRIMARY KEY,
    -- the followed path, under which the file was once
    path TEXT NOT NULL,
    -- the file itself, NULL where it is not known any more which it is
    device INTEGER, inode INTEGER,
    -- up to where it was read: a restart begins there
    read_bytes INTEGER NOT NULL, read_lines INTEGER NOT NULL,
    -- SHA-256 of its first bytes, and of the last that were read
    head_length INTEGER NOT NULL, head_hash TEXT NOT NULL,
    last_end INTEGER NOT NULL, last_length INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    -- whether nothing more will come in it
    done INTEGER NOT NULL,
    -- when it was first seen, and last read, in milliseconds since the epoch
    seen_ms INTEGER NOT NULL, moved_ms INTEGER NOT NULL,
    -- the dialect that was recognised in it, and what its decoder remembers
    dialect TEXT, decoder TEXT,
    -- the path of a file below a followed directory, NULL for the files of a log
    name TEXT,
    -- how many of its lines were rejected, each time that they were read
    rejected_lines INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX checkpoints_path ON checkpoints (path, file_id);`;

/** How many files of a path are remembered: rotated ones may come back. */
const REMEMBERED = 64;

/** The statements, by what they are for. */
export const CHECKPOINT_SQL = {
  list: `SELECT file_id, device, inode, read_bytes, read_lines, head_length,
    head_hash, last_end, last_length, last_hash, done, seen_ms, dialect,
    CAST(decoder AS BLOB), CAST(name AS BLOB), moved_ms FROM checkpoints WHERE path = ? ORDER BY file_id`,
  add: `INSERT INTO checkpoints (path, name, device, inode, read_bytes,
    read_lines, head_length, head_hash, last_end, last_length, last_hash, done,
    seen_ms, moved_ms) VALUES (?, ?, ?, ?, 0, 0, ?, ?, 0, 0, ?, 0, ?, ?)
    RETURNING file_id`,
  locate: `UPDATE checkpoints SET device = ?, inode = ?, name = ?
    WHERE file_id = ?`,
  move: `UPDATE checkpoints SET read_bytes = ?, read_lines = ?,
    head_length = ?, head_hash = ?, last_end = ?, last_length = ?,
    last_hash = ?, done = ?, moved_ms = ?, dialect = ?, decoder = ?,
    rejected_lines = rejected_lines + ? WHERE file_id = ?`,
  drop: `DELETE FROM checkpoints WHERE file_id = ?`,
  prune: `DELETE FROM checkpoints WHERE path = ?1
    AND (done = 1 OR inode IS NULL) AND file_id NOT IN
    (SELECT file_id FROM checkpoints WHERE path = ?1
      ORDER BY file_id DESC LIMIT ${REMEMBERED})`,
} as const;

type Row = [
  id: number,
  device: number | null,
  inode: number | null,
  offset: number,
  line: number,
  headLength: number,
  headHash: string,
  lastEnd: number,
  lastLength: number,
  lastHash: string,
  done: number,
  seenMs: number,
  dialect: string | null,
  decoder: Uint8Array | null,
  name: Uint8Array | null,
  movedMs: number,
];

/** The table `checkpoints`. */
export class CheckpointTable
  implements Omit<CheckpointStore, keyof Transactions> {
  #transactions: FileTransactions;
  #sql: Prepared<typeof CHECKPOINT_SQL>;

  constructor(connection: Database, transactions: FileTransactions) {
    this.#transactions = transactions;
    this.#sql = prepareAll(connection, CHECKPOINT_SQL);
  }

  checkpointsOf(path: string): Checkpoint[] {
    return this.#transactions.read(() => this.#sql.list.values<Row>(path))
      .map(readRow);
  }

  addCheckpoint(path: string, file: NewFile): Checkpoint {
    const { name, identity: { device, inode }, head, seenMs } = file;
    const [id] = this.#transactions.change(() =>
      this.#sql.add.value<[number]>(
        ...[path, name, device, inode, head.length, head.hash, NOTHING.hash],
        ...[seenMs, seenMs],
      )!
    );
    return {
      ...{ id, offset: 0, line: 0, last: NOTHING, done: false },
      ...{ dialect: null, decoder: null, movedMs: seenMs, ...file },
    };
  }

  locateCheckpoint(id: number, { identity, name }: FilePlace): void {
    const { device, inode } = identity ?? { device: null, inode: null };
    this.#transactions.change(() =>
      this.#sql.locate.run(device, inode, name, id)
    );
  }

  moveCheckpoint(position: Position, rejected = 0): void {
    const { id, offset, line, head, last, done, dialect, decoder } = position;
    this.#transactions.change(() =>
      this.#sql.move.run(
        ...[offset, line, head.length, head.hash],
        ...[last.end, last.length, last.hash, +done, Date.now()],
        ...[dialect, decoder, rejected, id],
      )
    );
  }

  dropCheckpoint(id: number): void {
    this.#transactions.change(() => this.#sql.drop.run(id));
  }

  pruneCheckpoints(path: string): void {
    this.#transactions.change(() => this.#sql.prune.run(path));
  }
}

function readRow(row: Row): Checkpoint {
  const [id, device, inode, offset, line] = row;
  return {
    ...{ id, offset, line },
    head: { end: row[5], length: row[5], hash: row[6] },
    last: { end: row[7], length: row[8], hash: row[9] },
    identity: device === null || inode === null ? null : { device, inode },
    done: row[10] !== 0,
    seenMs: row[11],
    dialect: row[12],
    decoder: row[13] && textOf(row[13]),
    name: row[14] && textOf(row[14]),
    movedMs: row[15],
  };
}
