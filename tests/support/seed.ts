/**
 * Databases of earlier versions, as a program of that version left them.
 *
 * @module
 */

import { Database } from "@db/sqlite";
import { at } from "./envelope.ts";

/** The tables of version 0, the seed of the project. */
export const SEED_SCHEMA = `
CREATE TABLE turns (
    turn_id_glob INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL,
    pid INTEGER NOT NULL, user_text TEXT, assistant_text TEXT, start_time TEXT,
    end_time TEXT, duration_ms INTEGER, status TEXT DEFAULT 'waiting_response',
    dedup_hash TEXT NOT NULL UNIQUE);
CREATE TABLE session_counters (
    sid TEXT NOT NULL, pid INTEGER NOT NULL, turn_count INTEGER DEFAULT 0,
    PRIMARY KEY (sid, pid));`;

/** Runs SQL on a database file, created where it is missing. */
export function execute(path: string, sql: string): void {
  const db = new Database(path);
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

/** What a database of versions 2 to 5 held of followed files. */
const checkpoints = (more = "") => `
DROP TABLE checkpoints;
CREATE TABLE checkpoints (
    file_id INTEGER PRIMARY KEY, path TEXT NOT NULL,
    device INTEGER, inode INTEGER,
    read_bytes INTEGER NOT NULL, read_lines INTEGER NOT NULL,
    head_length INTEGER NOT NULL, head_hash TEXT NOT NULL,
    last_end INTEGER NOT NULL, last_length INTEGER NOT NULL,
    last_hash TEXT NOT NULL, done INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL, moved_ms INTEGER NOT NULL${more});
CREATE INDEX checkpoints_path ON checkpoints (path, file_id);`;

/** What makes an earlier version of the one after it. */
const DOWNGRADES: Record<number, string> = {
  5: `${checkpoints(", dialect TEXT, decoder TEXT")}
    DROP INDEX turns_summary;
    ALTER TABLE turns DROP COLUMN forgotten_ms;`,
  4: ["agent", "cwd", "outcome", "outcome_reason", "outcome_time"]
    .map((column) => `ALTER TABLE turns DROP COLUMN ${column};`).join(""),
  3: "DROP TABLE minted;",
  2: checkpoints(),
  1: "DROP TABLE checkpoints;",
};

/** Makes an earlier version of a database in which no file was followed. */
export function downgrade(path: string, version: 1 | 2 | 3 | 4 | 5): void {
  const steps = [5, 4, 3, 2, 1].filter((step) => step >= version);
  execute(
    path,
    `${steps.map((step) => DOWNGRADES[step]).join("")}
    PRAGMA user_version = ${version}`,
  );
}

/** Makes a database of version 0 with so many turns, of a session of its own. */
export function createSeed(path: string, turns: number): void {
  execute(
    path,
    `${SEED_SCHEMA}
    BEGIN;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${turns})
    INSERT INTO turns (sid, pid, user_text, start_time, dedup_hash)
      SELECT 'seed', 1, 'q' || i, '${at(0)}', 'seed' || i FROM n;
    INSERT INTO session_counters VALUES ('seed', 1, ${turns});
    COMMIT;`,
  );
}
