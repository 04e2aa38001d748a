import { Database } from "@db/sqlite";
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Failure } from "../../src/error.ts";
import { CHECKPOINT_SQL } from "../../src/store/sqlite/checkpoints.ts";
import { SCHEMA_VERSION } from "../../src/store/sqlite/schema.ts";
import { EVENT_SQL } from "../../src/store/sqlite/statements.ts";
import { openStore } from "../../src/store/open.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { contents, query, records } from "../support/database.ts";
import { answer, at, prompt } from "../support/envelope.ts";
import { execute, SEED_SCHEMA } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";

function create(path: string): void {
  openStore(path)[Symbol.dispose]();
}

function assertFailure(path: string, ...words: string[]): void {
  const { message } = assertThrows(() => openStore(path), Failure);
  for (const word of [path, ...words]) assertStringIncludes(message, word);
}

/** The steps of a statement's plan. */
function plan(db: Database, sql: string): string[] {
  const numbered = new Set(sql.match(/\?\d+/g));
  const count = numbered.size || sql.split("?").length - 1;
  const params = Array(count).fill(null);
  return db.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .values<[number, number, number, string]>(...params)
    .map((row) => row[3]);
}

Deno.test("SPEC 5: no statement on the event path scans or sorts", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const db = new Database(path);
  const { move } = CHECKPOINT_SQL;
  for (const [name, sql] of Object.entries({ ...EVENT_SQL, move })) {
    const steps = plan(db, sql);
    for (const step of steps) {
      assert(
        /^(SEARCH|SCALAR SUBQUERY|SCAN CONSTANT ROW$)/.test(step),
        `${name}: ${step}`,
      );
    }
    // Finding by a part of the terms, then reading on, is a scan in disguise.
    const where = sql.split("WHERE").slice(1).join();
    for (
      const [, column, comparison] of where.matchAll(/(\w+) (=|<|>)=? \?/g)
    ) {
      const term = column.replace(/turn_id_glob|file_id/, "rowid") +
        comparison + "?";
      assertStringIncludes(steps.join(), term, name);
    }
    const looksUp = /SELECT|UPDATE (turns|checkpoints)/.test(sql);
    assertEquals(steps.length > 0, looksUp, name);
  }
  db.close();
});

Deno.test("SPEC 5: the check of plans fails where an index is dropped", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const indexes = query<[string]>(
    path,
    "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'turns_%'",
  ).flat();
  const lookedUp = new Set<string>();
  const db = new Database(path);
  for (const [, sql] of Object.entries(EVENT_SQL)) {
    for (const step of plan(db, sql)) {
      const index = /INDEX (turns_\w+)/.exec(step)?.[1];
      if (index === undefined) continue;
      lookedUp.add(index);
      db.exec("SAVEPOINT dropped");
      db.exec(`DROP INDEX ${index}`);
      assert(!plan(db, sql).includes(step), `${sql} does without ${index}`);
      db.exec("ROLLBACK TO dropped");
    }
  }
  db.close();
  // The others are for those who query the database.
  const forPeople = ["turns_start_time", "turns_status", "turns_session"];
  assertEquals(new Set([...lookedUp, ...forPeople]), new Set(indexes));
});

Deno.test("SPEC 5: the tables have the columns, types and indexes of the contract", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const columns = (table: string) =>
    query<[string, string, number, string | null, number]>(
      path,
      `SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info('${table}')`,
    );
  assertEquals(columns("turns").slice(0, 14), [
    ["turn_id_glob", "INTEGER", 0, null, 1],
    ["sid", "TEXT", 1, null, 0],
    ["pid", "INTEGER", 1, null, 0],
    ["user_text", "TEXT", 0, null, 0],
    ["assistant_text", "TEXT", 0, null, 0],
    ["start_time", "TEXT", 0, null, 0],
    ["end_time", "TEXT", 0, null, 0],
    ["duration_ms", "INTEGER", 0, null, 0],
    ["status", "TEXT", 0, "'waiting_response'", 0],
    ["dedup_hash", "TEXT", 1, null, 0],
    ["session_turn", "INTEGER", 0, null, 0],
    ["session_pid_turn", "INTEGER", 0, null, 0],
    ["original_turn_id", "TEXT", 0, null, 0],
    ["pid_mismatch", "INTEGER", 1, "0", 0],
  ]);
  assertEquals(columns("session_counters"), [
    ["sid", "TEXT", 1, null, 1],
    ["pid", "INTEGER", 1, null, 2],
    ["turn_count", "INTEGER", 0, "0", 0],
  ]);
  const indexed = query<[string]>(
    path,
    `SELECT (SELECT group_concat(name) FROM pragma_index_info(i.name))
     FROM pragma_index_list('turns') AS i`,
  ).flat();
  for (const wanted of ["start_time", "status", "sid,turn_id_glob"]) {
    assert(indexed.includes(wanted), wanted);
  }
  assertEquals(query(path, "PRAGMA user_version"), [[SCHEMA_VERSION]]);
  assertEquals(query(path, "PRAGMA journal_mode"), [["wal"]]);
});

Deno.test("SPEC 5: a database of version 0 is upgraded in place, its counts and turns kept", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  execute(
    path,
    `${SEED_SCHEMA}
    INSERT INTO turns VALUES
      (3, 's', 1, 'q', 'a', '${at(0)}', '${at(2)}', 2000, 'completed', 'h3'),
      (7, 's', 2, 'r', NULL, '${at(1)}', NULL, NULL, 'orphaned', 'h7'),
      (8, 's', 2, 't', NULL, 'once', NULL, NULL, 'waiting_response', 'h8'),
      (9, 'u', 1, NULL, NULL, NULL, NULL, NULL, 'waiting_response', 'h9');
    INSERT INTO session_counters VALUES ('s', 1, 5), ('s', 2, 2), ('u', 1, NULL);
    UPDATE sqlite_sequence SET seq = 20;
    CREATE INDEX turns_status ON turns (status);`,
  );
  {
    using store = openStore(path);
    const tracker = new Tracker(store);
    const { turns: [turn] } = tracker.apply(
      prompt({ sid: "s", pid: 1, t: at(9) }),
    );
    assertEquals([turn.id, turn.sessionTurn, turn.sessionPidTurn], [21, 8, 6]);
    // The seed's turns have their place in time.
    const { turns: [healed] } = tracker.apply(
      answer({ sid: "s", pid: 2, t: at(3) }),
    );
    assertEquals([healed.id, healed.durationMs], [7, 2000]);
    const { turns: [kept] } = tracker.apply(
      answer({ sid: "s", pid: 1, t: at(1), text: "too old" }),
    );
    assertEquals([kept.id, kept.assistantText], [3, "a"]);
  }
  const kept = records(path).map((row) => [
    row.turn_id_glob,
    row.session_turn,
    row.session_pid_turn,
    row.user_text,
  ]);
  assertEquals(kept, [
    [3, 1, 1, "q"],
    [7, 2, 1, "r"],
    [8, 3, 2, "t"],
    [9, 1, 1, null],
    [21, 8, 6, "hello"],
  ]);
  const version = query(path, "PRAGMA user_version");
  create(path);
  assertEquals(query(path, "PRAGMA user_version"), version);
});

Deno.test("SPEC 5: a database of version 1 is upgraded in place, all it holds kept", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  {
    using store = openStore(path);
    new Tracker(store).apply(prompt());
    new Tracker(store).apply(answer());
  }
  const before = contents(path);
  execute(path, "DROP TABLE checkpoints; PRAGMA user_version = 1");
  create(path);
  assertEquals(contents(path), before);
  assertEquals(query(path, "PRAGMA user_version"), [[SCHEMA_VERSION]]);
  assertEquals(query(path, "SELECT * FROM checkpoints"), []);
});

Deno.test("SPEC 5: a database of version 0 that lacks keys has them after the upgrade", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  execute(
    path,
    SEED_SCHEMA.replace("AUTOINCREMENT", "").replace(
      "turn_count INTEGER DEFAULT 0,\n    PRIMARY KEY (sid, pid)",
      "turn_count INTEGER DEFAULT 0",
    ) +
      `INSERT INTO turns VALUES (-4, 's', 1, 'q', NULL, '${
        at(0)
      }', NULL, NULL, NULL, 'h');
    INSERT INTO session_counters VALUES ('s', 1, -3), ('s', 1, 1), ('s', 2, -7);`,
  );
  using store = openStore(path);
  const tracker = new Tracker(store);
  const asked = tracker.apply(prompt({ sid: "s", pid: 1, t: at(5) }));
  assertEquals(
    asked.turns.map((
      { id, status, sessionTurn, sessionPidTurn },
    ) => [id, status, sessionTurn, sessionPidTurn]),
    [[-4, "orphaned", 1, 1], [1, "waiting_response", 2, 2]],
  );
  const sql = query(path, "SELECT sql FROM sqlite_master WHERE name = 'turns'");
  assert(String(sql).includes("AUTOINCREMENT"));
});

Deno.test("SPEC 5: a database of a newer program is refused, untouched", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  execute(path, "CREATE TABLE t (a); PRAGMA user_version = 1000");
  const before = Deno.readFileSync(path);
  assertFailure(path, "schema 1000", "newer");
  assertEquals(Deno.readFileSync(path), before);
});

Deno.test("SPEC 5: a database of another program is refused, untouched", () => {
  using dir = new TempDir();
  for (
    const [name, sql] of [
      ["notes", "CREATE TABLE notes (a)"],
      ["turns", "CREATE TABLE turns (a); CREATE TABLE session_counters (b)"],
      ["more", `${SEED_SCHEMA} CREATE TABLE more (a)`],
      ["same version", "CREATE TABLE notes (a); PRAGMA user_version = 1"],
      ["no tables", "PRAGMA user_version = 1"],
      ["none of this version", "PRAGMA user_version = 2"],
      ["negative version", `PRAGMA user_version = -1; ${SEED_SCHEMA}`],
      ["utf16", `PRAGMA encoding = 'UTF-16'; ${SEED_SCHEMA}`],
    ]
  ) {
    const path = dir.file(`${name}.db`);
    execute(path, sql);
    const before = Deno.readFileSync(path);
    assertFailure(path, "another program", "--db");
    assertEquals(Deno.readFileSync(path), before);
  }
});

Deno.test("SPEC 8: a file that is no database is a failure that names it, and stays as it is", () => {
  using dir = new TempDir();
  const path = dir.write("notes.txt", "not a database, ".repeat(100));
  assertFailure(path, "not an SQLite database", "--db");
  assertEquals(Deno.readTextFileSync(path), "not a database, ".repeat(100));
});

Deno.test("SPEC 8: a database in a missing or impossible place is a failure that names it", () => {
  using dir = new TempDir();
  assertFailure(dir.file("missing/turns.db"), "directory");
  // What the path says is no reason.
  assertFailure(dir.file("the disk is full/turns.db"), "directory");
  assertFailure(dir.path, "no regular file", "--db");
  assertFailure("/dev/null", "no regular file");
});

Deno.test("SqliteStore opens what a path means to the system, links and all", () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.file("real/inner"), { recursive: true });
  Deno.symlinkSync(dir.file("real/inner"), dir.file("link"));
  create(dir.file("link/../a.db"));
  Deno.symlinkSync(dir.file("real/b.db"), dir.file("link.db"));
  assertFailure(dir.file("link.db"), "symbolic link", "--db");
  dir.write("real/b.db", "");
  create(dir.file("link.db"));
  const names = [...Deno.readDirSync(dir.file("real"))].map(({ name }) => name);
  assertEquals(names.sort(), ["a.db", "b.db", "inner"]);
  assert(Deno.statSync(dir.file("real/b.db")).size > 0);
});

Deno.test("SPEC 8: a database that stays locked is a failure, and nothing is lost", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  using store = openStore(path, { busyTimeoutMs: 50 });
  const tracker = new Tracker(store);
  tracker.apply(prompt({ t: at(0) }));
  const other = new Database(path);
  other.exec("BEGIN IMMEDIATE");
  const { message } = assertThrows(
    () => tracker.apply(prompt({ t: at(1) })),
    Failure,
  );
  assertStringIncludes(message, path);
  assertStringIncludes(message, "locked");
  other.exec("ROLLBACK");
  other.close();
  assertEquals(tracker.apply(prompt({ t: at(1) })).turns.at(-1)!.id, 2);
});

Deno.test("SPEC 8: a database that is deleted or replaced while it is open is a failure at the next event", () => {
  using dir = new TempDir();
  for (const replace of [true, false]) {
    const path = dir.file(`${replace}.db`);
    using store = openStore(path);
    const tracker = new Tracker(store);
    tracker.apply(prompt({ t: at(0) }));
    if (replace) Deno.copyFileSync(path, dir.file("copy"));
    if (replace) Deno.renameSync(dir.file("copy"), path);
    else Deno.removeSync(path);
    const { message } = assertThrows(
      () => tracker.apply(prompt({ t: at(1) })),
      Failure,
    );
    assertStringIncludes(message, path);
    assertStringIncludes(message, "deleted or replaced");
  }
});

Deno.test("SPEC 9: the files it creates are for their owner alone", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  using store = openStore(path);
  new Tracker(store).apply(prompt());
  for (const suffix of ["", "-wal", "-shm"]) {
    assertEquals(Deno.statSync(path + suffix).mode! & 0o777, 0o600, suffix);
  }
});

Deno.test("SqliteStore keeps a text whatever is in it", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const texts = [
    "",
    "\u0000",
    "a\u0000b\u0000",
    "\uFEFFbom",
    "\uFFFD",
    "'; DROP TABLE turns; --",
    "𝄞 👩‍👩‍👧 \u202e",
    "x".repeat(5_000_000),
  ];
  using store = openStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  texts.forEach((text, i) => {
    const fields = { sid: `s\u0000${i}`, turnId: `t\u0000${i}` };
    const { turns: [asked] } = tracker.apply(prompt({ ...fields, text }));
    const { turns: [told] } = tracker.apply(answer({ ...fields, text }));
    assertEquals(asked.userText, text);
    assertEquals([told.sid, told.turnId], [fields.sid, fields.turnId]);
    assertEquals(told.assistantText === text, true);
  });
  assertEquals(
    records(path).map((row) => row.assistant_text === row.user_text),
    texts.map(() => true),
  );
});
