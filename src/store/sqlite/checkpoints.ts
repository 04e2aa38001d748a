/**
 * The checkpoints of followed files as rows (SPEC section 7, `--follow`).
 *
 * @module
 */

import type { Statement } from "@db/sqlite";
import type {
  Checkpoint,
  Fingerprint,
  Identity,
  Position,
} from "../../turns/checkpoint.ts";
import { NOTHING } from "../../turns/checkpoint.ts";
import type { CheckpointStore, Transactions } from "../../turns/store.ts";
import type { DatabaseFile } from "./database_file.ts";

/** The table, from schema version 2 on. */
export const CHECKPOINT_TABLE = `
CREATE TABLE checkpoints (
    -- ascending in the order in which the files of a path are read
    file_id INTEGER PRIMARY KEY,
    -- the followed path, under which the file was once
    path TEXT NOT NULL,
    -- the file itself, NULL where it is not known any more which it is
    device INTEGER, inode INTEGER,
    -- up to where it was read: what a restart begins with stands behind
    read_bytes INTEGER NOT NULL, read_lines INTEGER NOT NULL,
    -- SHA-256 of its first bytes, and of the last that were read
    head_length INTEGER NOT NULL, head_hash TEXT NOT NULL,
    last_end INTEGER NOT NULL, last_length INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    -- whether nothing more will come in it
    done INTEGER NOT NULL,
    -- when it was first seen, and last read, in milliseconds since the epoch
    seen_ms INTEGER NOT NULL, moved_ms INTEGER NOT NULL
);
CREATE INDEX checkpoints_path ON checkpoints (path, file_id);`;

/** How many files of a path are remembered: rotated ones may come back. */
const REMEMBERED = 64;

/** The statements, by what they are for. */
export const CHECKPOINT_SQL = {
  list: `SELECT file_id, device, inode, read_bytes, read_lines, head_length,
    head_hash, last_end, last_length, last_hash, done, seen_ms
    FROM checkpoints WHERE path = ? ORDER BY file_id`,
  add: `INSERT INTO checkpoints (path, device, inode, read_bytes, read_lines,
    head_length, head_hash, last_end, last_length, last_hash, done, seen_ms,
    moved_ms) VALUES (?, ?, ?, 0, 0, ?, ?, 0, 0, ?, 0, ?, ?)
    RETURNING file_id`,
  locate: `UPDATE checkpoints SET device = ?, inode = ? WHERE file_id = ?`,
  move: `UPDATE checkpoints SET read_bytes = ?, read_lines = ?,
    head_length = ?, head_hash = ?, last_end = ?, last_length = ?,
    last_hash = ?, done = ?, moved_ms = ? WHERE file_id = ?`,
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
];

/** The table `checkpoints`. */
export class CheckpointTable
  implements Omit<CheckpointStore, keyof Transactions> {
  #file: DatabaseFile;
  #sql: Record<keyof typeof CHECKPOINT_SQL, Statement>;

  constructor(file: DatabaseFile) {
    this.#file = file;
    this.#sql = Object.fromEntries(
      Object.entries(CHECKPOINT_SQL).map((
        [name, sql],
      ) => [name, file.connection.prepare(sql)]),
    ) as Record<keyof typeof CHECKPOINT_SQL, Statement>;
  }

  checkpointsOf(path: string): Checkpoint[] {
    return this.#file.read(() => this.#sql.list.values<Row>(path))
      .map(readRow);
  }

  addCheckpoint(
    path: string,
    identity: Identity,
    head: Fingerprint,
    seenMs: number,
  ): Checkpoint {
    const { device, inode } = identity;
    const [id] = this.#file.change(() =>
      this.#sql.add.value<[number]>(
        ...[path, device, inode, head.length, head.hash, NOTHING.hash],
        ...[seenMs, seenMs],
      )!
    );
    const position = { id, offset: 0, line: 0, head, last: NOTHING };
    return { ...position, identity, done: false, seenMs };
  }

  locateCheckpoint(id: number, identity: Identity | null): void {
    const { device, inode } = identity ?? { device: null, inode: null };
    this.#file.change(() => this.#sql.locate.run(device, inode, id));
  }

  moveCheckpoint({ id, offset, line, head, last, done }: Position): void {
    this.#file.change(() =>
      this.#sql.move.run(
        ...[offset, line, head.length, head.hash],
        ...[last.end, last.length, last.hash, +done, Date.now(), id],
      )
    );
  }

  dropCheckpoint(id: number): void {
    this.#file.change(() => this.#sql.drop.run(id));
  }

  pruneCheckpoints(path: string): void {
    this.#file.change(() => this.#sql.prune.run(path));
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
  };
}
