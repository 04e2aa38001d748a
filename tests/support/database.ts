/**
 * Reads a database from outside the program.
 *
 * @module
 */

import { Database } from "@db/sqlite";

function open(path: string): Database {
  const db = new Database(path, { int64: true, readonly: true });
  // A program that starts has it to itself for a moment.
  db.exec("PRAGMA busy_timeout = 5000");
  return db;
}

/** The rows of a query, each as an array. */
export function query<T extends unknown[]>(path: string, sql: string): T[] {
  const db = open(path);
  try {
    return db.prepare(sql).values<T>();
  } finally {
    db.close();
  }
}

const TABLES: Record<string, string> = {
  turns: `SELECT turn_id_glob, hex(sid), pid, hex(user_text),
    hex(assistant_text), start_time, end_time, duration_ms, status,
    dedup_hash, session_turn, session_pid_turn, hex(original_turn_id),
    pid_mismatch, start_ms, end_ms, orphaned_by, hex(agent), hex(cwd), outcome,
    hex(outcome_reason), outcome_time, forgotten_ms FROM turns ORDER BY 1`,
  session_counters:
    "SELECT hex(sid), pid, turn_count FROM session_counters ORDER BY 1, 2",
  sessions: "SELECT hex(sid), turn_count FROM sessions ORDER BY 1",
  answers: "SELECT dedup_hash, turn_id_glob FROM answers ORDER BY 1",
  sqlite_sequence: "SELECT name, seq FROM sqlite_sequence",
};

/** All that a database holds, in an order of its own, for comparisons. */
export function contents(path: string): Record<string, unknown[][]> {
  return Object.fromEntries(
    Object.entries(TABLES).map(([name, sql]) => [name, query(path, sql)]),
  );
}

/** The table `turns` as the records of its rows, by id (SPEC section 6). */
export function records(path: string): Record<string, unknown>[] {
  const db = open(path);
  try {
    const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
    const text = (bytes: Uint8Array | null) => bytes && utf8.decode(bytes);
    return db.prepare(`SELECT turn_id_glob, CAST(sid AS BLOB) AS sid, pid,
      session_turn, session_pid_turn, status,
      CAST(user_text AS BLOB) AS user_text,
      CAST(assistant_text AS BLOB) AS assistant_text, start_time, end_time,
      duration_ms, CAST(original_turn_id AS BLOB) AS original_turn_id,
      pid_mismatch, CAST(agent AS BLOB) AS agent, CAST(cwd AS BLOB) AS cwd,
      outcome, CAST(outcome_reason AS BLOB) AS outcome_reason, outcome_time
      FROM turns ORDER BY turn_id_glob`).all().map((row) => ({
      ...row,
      sid: text(row.sid),
      user_text: text(row.user_text),
      assistant_text: text(row.assistant_text),
      original_turn_id: text(row.original_turn_id),
      pid_mismatch: row.pid_mismatch === 1,
      agent: text(row.agent),
      cwd: text(row.cwd),
      outcome_reason: text(row.outcome_reason),
    }));
  } finally {
    db.close();
  }
}

/** Folds a stream of records to the last of each turn, by id (SPEC section 4). */
export function fold(stream: string): Record<string, unknown>[] {
  const last = new Map<number, Record<string, unknown>>();
  for (const line of stream.split("\n").filter((line) => line !== "")) {
    const record = JSON.parse(line);
    last.set(record.turn_id_glob, record);
  }
  return [...last.values()].sort((a, b) =>
    (a.turn_id_glob as number) - (b.turn_id_glob as number)
  );
}

/** How many events a database of the current version has applied. */
export function appliedEvents(db: string): number {
  const sql = `SELECT (SELECT count(*) FROM turns WHERE sid <> 'seed')
    + (SELECT count(*) FROM answers)`;
  try {
    return query<[number]>(db, sql)[0][0];
  } catch (error) {
    // It is not there yet, not of that version, or just being recovered.
    const reasons = /no such table|unable to open|database is locked/;
    if (reasons.test(String(error))) return 0;
    throw error;
  }
}
