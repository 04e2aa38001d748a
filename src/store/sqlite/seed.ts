/**
 * How the tables of version 0, the seed of the project, are taken over (SPEC
 * section 5).
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { messageOf } from "../../error.ts";
import { parseInstant } from "../../turns/instant.ts";
import { type Column, partsOf, SEED } from "./tables.ts";

/** Something that a person added to a database. */
type Addition = [kind: string, name: string, sql: string];

const ADDITIONS = `SELECT type, name, sql FROM sqlite_master
  WHERE type IN ('index', 'view', 'trigger') AND sql IS NOT NULL
  ORDER BY type = 'trigger', type`;

const GENERATED = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden > 1";

/** By table, the name under which it is set aside, and what names a row of it. */
const ASIDE: Record<string, [name: string, key: string[]]> = {
  turns: ["seed_turns", ["turn_id_glob"]],
  session_counters: ["seed_counters", ["sid", "pid"]],
};

/** A database of version 0 that becomes one of the current version. */
export class Seed {
  #db: Database;
  #additions: Addition[];
  #columns: Map<string, Column[]>;
  /** What cannot be kept of what people added, each with the reason. */
  readonly lost: string[] = [];

  /**
   * Sets its tables aside, which are made anew, since they may lack keys that
   * the rules rest on.
   */
  constructor(db: Database) {
    this.#db = db;
    this.#columns = partsOf(db).columns;
    this.#additions = db.prepare(ADDITIONS).values<Addition>();
    // Else they would follow the tables, and fire while these are filled.
    for (const [kind, name] of this.#additions) {
      if (kind !== "index") db.exec(`DROP ${kind} IF EXISTS ${quoted(name)}`);
    }
    for (const [table, [aside]] of Object.entries(ASIDE)) {
      const generated = db.prepare(GENERATED).values<[string]>(table).flat();
      this.lost.push(
        ...generated.map((name) =>
          `column ${quoted(name)} of ${table} (it is generated)`
        ),
      );
      db.exec(`ALTER TABLE ${table} RENAME TO ${aside}`);
    }
  }

  /** Moves what was set aside into the tables of the current version. */
  takeOver(): void {
    this.#db.exec(TAKE_OVER);
    for (const [table, [aside]] of Object.entries(ASIDE)) {
      const ours = partsOf(this.#db).columns.get(table)!.map(({ name }) =>
        name
      );
      for (const column of this.#columns.get(table)!) {
        if (SEED[table].includes(column.name)) continue;
        const what = `column ${quoted(column.name)} of ${table}`;
        if (ours.includes(column.name)) {
          this.lost.push(`${what} (its name is taken)`);
        } else this.#try(what, () => this.#addColumn(table, column));
      }
      this.#db.exec(`DROP TABLE ${aside}`);
    }
  }

  /** Creates again what people added; to be called once all of ours is there. */
  restore(): void {
    const { indexes } = partsOf(this.#db);
    for (const [kind, name, sql] of this.#additions) {
      if (indexes.get(name) === sql) continue;
      this.#try(`${kind} ${quoted(name)}`, () => this.#db.exec(sql));
    }
  }

  #addColumn(table: string, { name, definition }: Column): void {
    const [aside, key] = ASIDE[table];
    const column = quoted(name);
    const isSame = key.map((name) => `s.${name} = ${table}.${name}`);
    this.#db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${definition};
      UPDATE ${table} SET ${column} = (SELECT ${column} FROM ${aside} AS s
        WHERE ${isSame.join(" AND ")})`);
  }

  #try(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.lost.push(`${what} (${messageOf(error)})`);
    }
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The seed counted by process only, and may have counted turns that are gone. */
const TAKE_OVER = `
INSERT INTO turns (turn_id_glob, sid, pid, user_text, assistant_text, start_time,
        end_time, duration_ms, status, dedup_hash, session_turn, session_pid_turn)
    SELECT turn_id_glob, sid, pid, user_text, assistant_text, start_time,
        end_time, duration_ms, coalesce(status, 'waiting_response'), dedup_hash,
        row_number() OVER (PARTITION BY sid ORDER BY turn_id_glob),
        row_number() OVER (PARTITION BY sid, pid ORDER BY turn_id_glob)
    FROM seed_turns ORDER BY turn_id_glob;
INSERT INTO session_counters (sid, pid, turn_count)
    SELECT sid, pid, max(turn_count) FROM (
        SELECT sid, pid, coalesce(turn_count, 0) AS turn_count FROM seed_counters
        UNION ALL SELECT sid, pid, count(*) FROM turns GROUP BY sid, pid
    ) GROUP BY sid, pid;
INSERT INTO sessions (sid, turn_count)
    SELECT sid, sum(max(turn_count, 0)) FROM session_counters GROUP BY sid;
-- No id that the seed gave is given again.
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'turns', 0 WHERE NOT EXISTS
        (SELECT 1 FROM sqlite_sequence WHERE name = 'turns');
UPDATE sqlite_sequence SET seq =
        (SELECT max(seq) FROM sqlite_sequence WHERE name IN ('turns', 'seed_turns'))
    WHERE name = 'turns';`;

/** Sets the instants of turns of which only the times are known, as text. */
export function fillInstants(db: Database): void {
  const select = db.prepare(
    "SELECT turn_id_glob, start_time, end_time FROM turns WHERE turn_id_glob > ? ORDER BY turn_id_glob LIMIT 1",
  );
  const update = db.prepare(
    "UPDATE turns SET start_ms = ?, end_ms = ? WHERE turn_id_glob = ?",
  );
  type Times = [id: number, start: string | null, end: string | null];
  let row = select.value<Times>(Number.MIN_SAFE_INTEGER);
  while (row !== undefined) {
    const [id, start, end] = row;
    update.run(parseInstant(start ?? ""), parseInstant(end ?? ""), id);
    row = select.value<Times>(id);
  }
}
