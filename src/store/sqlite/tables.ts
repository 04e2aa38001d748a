/**
 * The tables and indexes of a database (SPEC section 5).
 *
 * @module
 */

import { Database } from "@db/sqlite";
import { CHECKPOINT_TABLE } from "./checkpoints.ts";

const TABLES = `
CREATE TABLE turns (
    turn_id_glob INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    user_text TEXT,
    assistant_text TEXT,
    start_time TEXT,
    end_time TEXT,
    duration_ms INTEGER,
    status TEXT DEFAULT 'waiting_response',
    dedup_hash TEXT NOT NULL UNIQUE,
    -- production columns
    session_turn INTEGER, session_pid_turn INTEGER,
    original_turn_id TEXT,
    pid_mismatch INTEGER NOT NULL DEFAULT 0,
    agent TEXT, cwd TEXT,
    outcome TEXT, outcome_reason TEXT, outcome_time TEXT,
    -- the instants of start_time and end_time, in milliseconds since the epoch
    start_ms INTEGER, end_ms INTEGER,
    -- when its texts were erased, in milliseconds since the epoch
    forgotten_ms INTEGER,
    -- the turn that orphaned this one; kept when an answer or end heals it
    orphaned_by INTEGER
);
CREATE TABLE session_counters (
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    turn_count INTEGER DEFAULT 0,
    PRIMARY KEY (sid, pid)
);
CREATE TABLE sessions (
    sid TEXT PRIMARY KEY,
    turn_count INTEGER NOT NULL
) WITHOUT ROWID;
-- the turns of answers and ends, by the hash of their keys
CREATE TABLE answers (
    dedup_hash TEXT PRIMARY KEY,
    turn_id_glob INTEGER NOT NULL
) WITHOUT ROWID;
-- one row: the last id that was given to a turn, whatever became of that
CREATE TABLE minted (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_id INTEGER NOT NULL
);
${CHECKPOINT_TABLE}`;

const INDEXES = `
CREATE INDEX turns_start_time ON turns (start_time);
CREATE INDEX turns_status ON turns (status);
CREATE INDEX turns_session ON turns (sid, turn_id_glob);
CREATE INDEX turns_session_start ON turns (sid, start_ms);
CREATE INDEX turns_process_start ON turns (sid, pid, start_ms);
CREATE INDEX turns_process_name ON turns (sid, pid, original_turn_id, start_ms);
CREATE INDEX turns_summary ON turns (agent, status, outcome, duration_ms);
CREATE INDEX turns_orphaned_by ON turns (orphaned_by)
    WHERE orphaned_by IS NOT NULL;`;

/** What creates all of them in a database that is empty. */
export const SCHEMA = TABLES + INDEXES;

/** The tables of version 0, the seed of the project, and their columns. */
export const SEED: Record<string, string[]> = {
  turns: [
    ...["turn_id_glob", "sid", "pid", "user_text", "assistant_text"],
    ...["start_time", "end_time", "duration_ms", "status", "dedup_hash"],
  ],
  session_counters: ["sid", "pid", "turn_count"],
};

/** By table, the columns by which its rows are looked up, one row each. */
export const KEYS: Record<string, string> = {
  turns: "dedup_hash",
  session_counters: "sid,pid",
  sessions: "sid",
  answers: "dedup_hash",
};

/** A column as `ALTER TABLE … ADD COLUMN` takes it. */
export interface Column {
  name: string;
  definition: string;
}

/** What a database is made of. */
export interface Parts {
  /** By name, the SQL that creates a table. */
  tables: Map<string, string>;
  /** By name, the SQL that creates an index. */
  indexes: Map<string, string>;
  /** By the name of their table. */
  columns: Map<string, Column[]>;
}

let current: Parts | undefined;

/** What a database of the current version is made of. */
export function currentParts(): Parts {
  if (current !== undefined) return current;
  const db = new Database(":memory:");
  try {
    db.exec(SCHEMA);
    return current = partsOf(db);
  } finally {
    db.close();
  }
}

const LIST = `SELECT name, sql FROM sqlite_master
  WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~'`;
const COLUMNS = `SELECT name, type || iif("notnull", ' NOT NULL', '') ||
    iif(dflt_value IS NULL, '', ' DEFAULT ' || dflt_value)
  FROM pragma_table_info(?) ORDER BY cid`;

/** What a database is made of now. */
export function partsOf(db: Database): Parts {
  type Row = [name: string, sql: string];
  const list = (type: string) => new Map(db.prepare(LIST).values<Row>(type));
  const tables = list("table");
  const columns = new Map(
    [...tables.keys()].map((table) => [
      table,
      db.prepare(COLUMNS).values<Row>(table)
        .map(([name, definition]) => ({ name, definition })),
    ]),
  );
  return { tables, indexes: list("index"), columns };
}
