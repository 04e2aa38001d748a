import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Failure } from "../../src/error.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { SCHEMA_VERSION } from "../../src/store/sqlite/schema.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { contents, query, records } from "../support/database.ts";
import { answer, at, end, prompt } from "../support/envelope.ts";
import { downgrade, execute, SEED_SCHEMA } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";

function create(path: string): void {
  new SqliteStore(path)[Symbol.dispose]();
}

function assertFailure(path: string, ...words: string[]): void {
  const { message } = assertThrows(() => new SqliteStore(path), Failure);
  for (const word of [path, ...words]) assertStringIncludes(message, word);
}

Deno.test("SPEC 5: the tables have the columns, types and indexes of the contract", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const columns = (table: string) =>
    query<[string, string, number, string | null, number]>(
      path,
      `SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info('${table}')`,
    );
  assertEquals(columns("turns").slice(0, 19), [
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
    ["agent", "TEXT", 0, null, 0],
    ["cwd", "TEXT", 0, null, 0],
    ["outcome", "TEXT", 0, null, 0],
    ["outcome_reason", "TEXT", 0, null, 0],
    ["outcome_time", "TEXT", 0, null, 0],
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
    using store = new SqliteStore(path);
    const tracker = new Tracker(store);
    const { turns: [turn] } = tracker.apply(
      prompt({ sid: "s", pid: 1, t: at(9) }),
    );
    assertEquals([turn.id, turn.sessionTurn, turn.sessionPidTurn], [21, 8, 6]);
    // The seed's turns are ordered by time too.
    const { turns: [healed] } = tracker.apply(
      answer({ sid: "s", pid: 2, t: at(3) }),
    );
    assertEquals([healed.id, healed.durationMs], [7, 2000]);
    const { turns: [ended] } = tracker.apply(
      end({ sid: "s", pid: 1, t: at(4) }),
    );
    assertEquals([ended.id, ended.outcome, ended.endTime], [
      ...[3, "completed", at(2)],
    ]);
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

/** The columns and indexes of each table. */
function schema(path: string): unknown[][] {
  return query(
    path,
    `SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
      FROM sqlite_master AS t, pragma_table_info(t.name) AS c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
    UNION ALL SELECT tbl_name, name, sql, 0, 0, 0
      FROM sqlite_master WHERE type = 'index' ORDER BY 1, 2`,
  );
}

for (const version of [1, 2, 3, 4, 5] as const) {
  Deno.test(`SPEC 5: a database of version ${version} is upgraded in place, its data kept`, () => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    create(path);
    const current = schema(path);
    {
      using store = new SqliteStore(path);
      new Tracker(store).apply(prompt({ agent: null }));
      new Tracker(store).apply(answer());
    }
    const before = contents(path);
    downgrade(path, version);
    assertNotEquals(schema(path), current);
    create(path);
    assertEquals(schema(path), current);
    assertEquals(contents(path), before);
    assertEquals(query(path, "PRAGMA user_version"), [[SCHEMA_VERSION]]);
    assertEquals(query(path, "SELECT * FROM checkpoints"), []);
  });
}

Deno.test("SPEC 5: a database of version 2 keeps its checkpoints, without a dialect", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  downgrade(path, 2);
  execute(
    path,
    `INSERT INTO checkpoints
      VALUES (7, 'log', 1, 2, 90, 3, 80, 'head', 90, 10, 'last', 1, 5, 6)`,
  );
  using store = new SqliteStore(path);
  assertEquals(store.checkpointsOf("log"), [{
    ...{ id: 7, identity: { device: 1, inode: 2 }, offset: 90, line: 3 },
    head: { end: 80, length: 80, hash: "head" },
    last: { end: 90, length: 10, hash: "last" },
    ...{ done: true, seenMs: 5, dialect: null, decoder: null },
    ...{ name: null, movedMs: 6 },
  }]);
});

Deno.test("SPEC 5: a database of version 0 without keys has them after the upgrade", () => {
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
  using store = new SqliteStore(path);
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
      ["none of version 2", "PRAGMA user_version = 2"],
      ["none of this version", `PRAGMA user_version = ${SCHEMA_VERSION}`],
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
