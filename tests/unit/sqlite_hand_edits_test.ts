import { assertEquals, assertThrows } from "@std/assert";
import { Failure } from "../../src/error.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { type Change, Tracker } from "../../src/turns/tracker.ts";
import { contents, query } from "../support/database.ts";
import { answer, at, end, prompt } from "../support/envelope.ts";
import { execute } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";

/** Three turns of one process, each with its answer. */
const LOG: TurnEvent[] = [0, 1, 2].flatMap((i) => [
  prompt({ t: at(10 * i), text: `q${i}` }),
  answer({ t: at(10 * i + 5), text: `a${i}` }),
]);

/** A turn of a later time, of the same process. */
const NEXT = prompt({ t: at(60), text: "next" });

/** Applies events to a database, and returns what each of them changed. */
function apply(path: string, events: TurnEvent[]): Change[] {
  using store = new SqliteStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  return events.map((event) => tracker.apply(event).change);
}

/** Changes a database of {@linkcode LOG} by hand. */
function editedByHand(dir: TempDir, sql: string): string {
  const path = dir.file("turns.db");
  apply(path, LOG);
  execute(path, sql);
  return path;
}

/** The id, prompt, answer and the two counts of each turn. */
function rows(path: string): unknown[][] {
  return query(
    path,
    `SELECT turn_id_glob, user_text, assistant_text, session_turn,
      session_pid_turn FROM turns ORDER BY turn_id_glob`,
  );
}

Deno.test("ktistec#55: a turn deleted by hand is minted again with its answer on replay", () => {
  for (const id of [1, 2, 3]) {
    using dir = new TempDir();
    const sql = `DELETE FROM turns WHERE turn_id_glob = ${id}`;
    const path = editedByHand(dir, sql);
    const changes = apply(path, LOG).filter((change) => change !== "known");
    assertEquals(changes, ["minted", "completed"]);
    const n = id - 1;
    assertEquals(rows(path).at(-1), [4, `q${n}`, `a${n}`, 4, 4]);
    const before = contents(path);
    assertEquals(new Set(apply(path, LOG)), new Set(["known"]));
    assertEquals(contents(path), before);
  }
});

Deno.test("ktistec#55: an answer of a turn deleted by hand does not go to an older turn", () => {
  using dir = new TempDir();
  const sql = "DELETE FROM turns WHERE turn_id_glob = 3";
  const path = editedByHand(dir, sql);
  assertEquals(apply(path, LOG.slice(-1)), ["unmatched"]);
  assertEquals(rows(path).map(([, , text]) => text), ["a0", "a1"]);
});

Deno.test("ktistec#55: a turn deleted by hand gets its end again when its log is read again", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const log = [prompt(), end({ t: at(1e6), outcome: "aborted" })];
  apply(path, log);
  execute(path, "DELETE FROM turns");
  assertEquals(apply(path, log), ["minted", "ended"]);
  assertEquals(query(path, "SELECT status, outcome FROM turns"), [
    ["orphaned", "aborted"],
  ]);
});

/** Each would let SQLite give an id again. */
const FORGETFUL: Record<string, string> = {
  "the last turns are deleted": "DELETE FROM turns WHERE turn_id_glob > 1",
  "all turns and SQLite's count of ids are deleted":
    "DELETE FROM turns; DELETE FROM sqlite_sequence",
  "the count of ids is set back":
    "DELETE FROM turns; UPDATE sqlite_sequence SET seq = 0",
  "the table of ids is emptied":
    "DELETE FROM minted; DELETE FROM turns WHERE turn_id_glob = 3; DELETE FROM sqlite_sequence",
  "the table of ids is deleted": "DROP TABLE minted",
};

for (const [what, sql] of Object.entries(FORGETFUL)) {
  Deno.test(`ktistec#55: no id is used twice if ${what}`, () => {
    using dir = new TempDir();
    const path = editedByHand(dir, sql);
    assertEquals(apply(path, [NEXT]), ["minted"]);
    assertEquals(rows(path).at(-1)![0], 4);
  });
}

Deno.test("ktistec#55: ids continue after one that a person set, even an absurd one", () => {
  using dir = new TempDir();
  const path = editedByHand(
    dir,
    "UPDATE turns SET turn_id_glob = 1000 WHERE turn_id_glob = 3",
  );
  apply(path, [NEXT]);
  execute(
    path,
    "UPDATE turns SET turn_id_glob = 9223372036854775807 WHERE turn_id_glob = 1001",
  );
  apply(path, [prompt({ t: at(70) })]);
  const ids = query(
    path,
    "SELECT turn_id_glob FROM turns WHERE start_time = '" + at(70) + "'",
  );
  assertEquals(ids, [[1002]]);
});

Deno.test("ktistec#55: counters deleted by hand continue after the remaining turns", () => {
  using dir = new TempDir();
  const path = editedByHand(
    dir,
    "DELETE FROM sessions; DELETE FROM session_counters",
  );
  apply(path, [NEXT, prompt({ t: at(70), pid: 9 })]);
  assertEquals(rows(path).slice(3).map((row) => row.slice(3)), [[4, 4], [
    5,
    1,
  ]]);
});

Deno.test("ktistec#55: a counter set to NULL by hand counts from 1", () => {
  using dir = new TempDir();
  const path = editedByHand(
    dir,
    "UPDATE session_counters SET turn_count = NULL",
  );
  apply(path, [NEXT]);
  assertEquals(rows(path).at(-1)!.slice(3), [4, 1]);
});

/** What a person may leave in columns; each must let the log be read again. */
const VALUES: Record<string, string> = {
  "a status of a person's own": "UPDATE turns SET status = 'done'",
  "no status": "UPDATE turns SET status = NULL",
  "numbers beyond 2^53":
    "UPDATE turns SET duration_ms = 1 << 60, pid = 1 << 60, end_ms = 1 << 60",
  "text for numbers":
    "UPDATE turns SET duration_ms = 'x', start_ms = 'x', end_ms = 'x'",
  "bytes for text":
    "UPDATE turns SET user_text = x'ff00', start_time = x'ff', status = x'ff'",
  "no instants": "UPDATE turns SET start_ms = NULL, end_ms = NULL",
  "no text": "UPDATE turns SET user_text = NULL, assistant_text = NULL",
};

for (const [what, sql] of Object.entries(VALUES)) {
  Deno.test(`ktistec#55: turns with ${what} cause no failure, and their records are JSON`, () => {
    using dir = new TempDir();
    const path = editedByHand(dir, sql);
    using store = new SqliteStore(path, { synchronous: "off" });
    const tracker = new Tracker(store);
    for (const event of [...LOG, answer({ t: at(50) }), NEXT]) {
      for (const turn of tracker.apply(event).turns) JSON.stringify(turn);
    }
    assertEquals(rows(path).length, 4);
  });
}

/** `sqlite-utils transform` of every table: a copy without what it does not know. */
const TRANSFORM = `
CREATE TABLE turns_new_1 (
  turn_id_glob INTEGER PRIMARY KEY, sid TEXT NOT NULL, pid INTEGER NOT NULL,
  user_text TEXT, assistant_text TEXT, start_time TEXT, end_time TEXT,
  duration_ms INTEGER, status TEXT DEFAULT 'waiting_response',
  dedup_hash TEXT NOT NULL, session_turn INTEGER, session_pid_turn INTEGER,
  original_turn_id TEXT, pid_mismatch INTEGER NOT NULL DEFAULT 0,
  agent TEXT, cwd TEXT, outcome TEXT, outcome_reason TEXT, outcome_time TEXT,
  start_ms INTEGER, end_ms INTEGER, forgotten_ms INTEGER,
  orphaned_by INTEGER);
INSERT INTO turns_new_1 SELECT * FROM turns;
DROP TABLE turns;
ALTER TABLE turns_new_1 RENAME TO turns;
CREATE TABLE counters_new_1 (turn_count INTEGER, sid TEXT, pid INTEGER);
INSERT INTO counters_new_1 SELECT turn_count, sid, pid FROM session_counters;
DROP TABLE session_counters;
ALTER TABLE counters_new_1 RENAME TO session_counters;
CREATE TABLE sessions_new_1 (sid TEXT, turn_count INTEGER);
INSERT INTO sessions_new_1 SELECT * FROM sessions;
DROP TABLE sessions;
ALTER TABLE sessions_new_1 RENAME TO sessions;
CREATE TABLE answers_new_1 (dedup_hash TEXT, turn_id_glob INTEGER);
INSERT INTO answers_new_1 SELECT * FROM answers;
DROP TABLE answers;
ALTER TABLE answers_new_1 RENAME TO answers;`;

/** The plans of two look-ups: of a prompt, and of a process's newest turn. */
const PLANS = `EXPLAIN QUERY PLAN
  SELECT (SELECT 1 FROM turns WHERE dedup_hash = 'h'),
    (SELECT 1 FROM turns WHERE sid = 's' AND pid = 1 AND start_ms < 5)`;

Deno.test("ktistec#55: tables from sqlite-utils transform get back keys, indexes and last id", () => {
  using dir = new TempDir();
  const path = editedByHand(
    dir,
    `${TRANSFORM} DELETE FROM turns WHERE turn_id_glob = 3`,
  );
  assertEquals(apply(path, LOG.slice(4)), ["minted", "completed"]);
  assertEquals(rows(path).at(-1), [4, "q2", "a2", 4, 4]);
  for (
    const [, , , step] of query<[number, number, number, string]>(path, PLANS)
  ) {
    assertEquals(/SCAN turns/.test(step), false, step);
  }
  assertEquals(query(path, "PRAGMA integrity_check"), [["ok"]]);
});

Deno.test("ktistec#55: columns that a person added are kept and cause no failure", () => {
  using dir = new TempDir();
  const path = editedByHand(
    dir,
    `ALTER TABLE turns ADD COLUMN stars INTEGER DEFAULT 3;
    ALTER TABLE turns ADD COLUMN words INTEGER AS (length(user_text));
    ALTER TABLE session_counters ADD COLUMN note TEXT;
    ALTER TABLE answers ADD COLUMN note TEXT`,
  );
  apply(path, [...LOG, NEXT]);
  assertEquals(query(path, "SELECT stars, words FROM turns"), [
    ...[[3, 2], [3, 2], [3, 2], [3, 4]],
  ]);
});

Deno.test("ktistec#55: tables, columns and indexes that a person dropped are created again", () => {
  for (
    const sql of [
      "ALTER TABLE turns DROP COLUMN pid_mismatch",
      "DROP INDEX turns_process_start; ALTER TABLE turns DROP COLUMN end_ms",
      "DROP INDEX turns_status",
      "DROP TABLE answers",
      "DROP TABLE sessions",
      "DROP TABLE checkpoints",
    ]
  ) {
    using dir = new TempDir();
    const path = editedByHand(dir, sql);
    apply(path, [...LOG, NEXT]);
    assertEquals(rows(path).at(-1), [4, "next", null, 4, 4], sql);
    new SqliteStore(path)[Symbol.dispose]();
  }
});

Deno.test("ktistec#55: instants that a person dropped are restored from the times", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  apply(path, LOG);
  const before = contents(path);
  execute(
    path,
    `DROP INDEX turns_process_start; DROP INDEX turns_process_name;
    DROP INDEX turns_session_start; ALTER TABLE turns DROP COLUMN start_ms`,
  );
  new SqliteStore(path)[Symbol.dispose]();
  assertEquals(contents(path), before);
});

Deno.test("ktistec#55: a trigger that ignores turns is a failure that names it", () => {
  for (const event of ["INSERT", "UPDATE"]) {
    using dir = new TempDir();
    const path = editedByHand(
      dir,
      `CREATE TRIGGER never BEFORE ${event} ON turns
        BEGIN SELECT RAISE(IGNORE); END`,
    );
    const events = [prompt({ t: at(50) }), NEXT];
    assertThrows(() => apply(path, events), Failure, "a trigger in it ignores");
  }
});
