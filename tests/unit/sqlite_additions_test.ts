import { assertEquals, assertStringIncludes } from "@std/assert";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { query } from "../support/database.ts";
import { answer, at, prompt } from "../support/envelope.ts";
import { createSeed, downgrade, execute } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";

/** Opens a database, counts a turn in it, and gives the warnings. */
function count(path: string): string[] {
  const warnings: string[] = [];
  using store = new SqliteStore(path, {
    warn: (message) => warnings.push(message),
  });
  new Tracker(store).apply(prompt({ t: at(99) }));
  return warnings;
}

/** What people add: of each kind one, some by odd names. */
const ADDITIONS = `
CREATE VIEW waiting AS
  SELECT turn_id_glob, user_text FROM turns WHERE status = 'waiting_response';
CREATE VIEW "per ""session""" AS
  SELECT sid, sum(turn_count) AS n FROM session_counters GROUP BY sid;
CREATE VIEW of_view AS SELECT count(*) AS n FROM waiting;
CREATE INDEX by_text ON turns (user_text) WHERE user_text IS NOT NULL;
CREATE INDEX turns_status ON turns (status);
CREATE TRIGGER shout AFTER INSERT ON turns BEGIN
  UPDATE turns SET user_text = upper(user_text)
    WHERE turn_id_glob = NEW.turn_id_glob;
END;
CREATE TRIGGER never_update BEFORE UPDATE OF sid ON turns BEGIN
  SELECT RAISE(ABORT, 'a session is for ever');
END;
CREATE TRIGGER through_view INSTEAD OF DELETE ON waiting BEGIN
  DELETE FROM turns WHERE turn_id_glob = OLD.turn_id_glob;
END;`;

/** The names of what people added. */
const NAMES = `SELECT type, name FROM sqlite_master
  WHERE type IN ('view', 'trigger') OR name = 'by_text' ORDER BY 1, 2`;

for (const version of [0, 1, 2, 3] as const) {
  Deno.test(`sqlitebrowser#1686: views, triggers and indexes survive the upgrade from version ${version}`, () => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    if (version === 0) createSeed(path, 3);
    else {
      count(path);
      execute(path, "DROP INDEX turns_status");
      downgrade(path, version);
    }
    execute(path, ADDITIONS);
    const names = query(path, NAMES);
    assertEquals(names.length, 7);
    const n = version === 0 ? 3 : 1;
    if (version > 0) execute(path, "DELETE FROM turns");
    assertEquals(count(path), []);
    assertEquals(query(path, NAMES), names);
    const waiting = version === 0 ? n + 1 : 1;
    assertEquals(query(path, "SELECT n FROM of_view"), [[waiting]]);
    assertEquals(
      query(path, 'SELECT count(*) FROM "per ""session"""'),
      [[version === 0 ? 2 : 1]],
    );
    assertEquals(
      query(path, "SELECT count(*) FROM waiting WHERE user_text = 'HELLO'"),
      [[1]],
    );
    // No trigger fires for what the upgrade itself fills.
    assertEquals(
      query(path, "SELECT count(*) FROM turns WHERE user_text GLOB 'Q*'"),
      [[0]],
    );
    execute(path, "DELETE FROM waiting");
    assertEquals(query(path, "SELECT n FROM of_view"), [[0]]);
  });
}

Deno.test("sqlitebrowser#1686: columns of a person's own in version 0 are kept with what is in them", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  createSeed(path, 2);
  execute(
    path,
    `ALTER TABLE turns ADD COLUMN stars INTEGER NOT NULL DEFAULT 3;
    ALTER TABLE turns ADD COLUMN "two words" TEXT;
    ALTER TABLE session_counters ADD COLUMN note TEXT;
    UPDATE turns SET stars = 5, "two words" = 'x' WHERE turn_id_glob = 2;
    UPDATE session_counters SET note = 'mine';
    CREATE VIEW best AS SELECT turn_id_glob FROM turns WHERE stars > 3;`,
  );
  assertEquals(count(path), []);
  assertEquals(query(path, 'SELECT stars, "two words" FROM turns'), [
    ...[[3, null], [5, "x"], [3, null]],
  ]);
  assertEquals(query(path, "SELECT note FROM session_counters"), [
    ...[["mine"], [null]],
  ]);
  assertEquals(query(path, "SELECT * FROM best"), [[2]]);
});

Deno.test("sqlitebrowser#1686: an upgrade reports what it could not keep, and succeeds", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  createSeed(path, 1);
  execute(
    path,
    `ALTER TABLE turns ADD COLUMN pid_mismatch TEXT;
    ALTER TABLE turns ADD COLUMN words INTEGER AS (length(user_text));
    CREATE INDEX by_words ON turns (words);
    CREATE INDEX turns_session ON turns (sid);
    CREATE VIEW broken AS SELECT * FROM nowhere;`,
  );
  const [warning, ...more] = count(path);
  assertEquals(more, []);
  for (
    const word of [
      ...[path, "pid_mismatch", '"words"', "by_words", "turns_session", "; "],
    ]
  ) assertStringIncludes(warning, word);
  assertEquals(query(path, "SELECT count(*) FROM turns"), [[2]]);
  assertEquals(query(path, NAMES), [["view", "broken"]]);
  // It is said once.
  assertEquals(count(path), []);
});

/** Restores a database from SQL text, as `sqlite3 old.db .dump | sqlite3 new.db`. */
function restore(path: string, copy: string): void {
  const statements = query<[string]>(
    path,
    `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL
      AND name NOT LIKE 'sqlite%' ORDER BY type <> 'table'`,
  ).flat();
  const tables = query<[string]>(
    path,
    `SELECT name FROM sqlite_master WHERE type = 'table'
      ORDER BY name = 'sqlite_sequence'`,
  ).flat();
  const fill = tables.map((name) =>
    `DELETE FROM main.${name}; INSERT INTO main.${name} SELECT * FROM old.${name};`
  );
  execute(
    copy,
    `${statements.join(";")}; ATTACH '${path}' AS old; ${fill.join("")}`,
  );
}

/** All rows of the tables that each version since 1 has. */
function rows(path: string): unknown[][][] {
  return ["turns", "session_counters", "sessions", "answers", "sqlite_sequence"]
    .map((table) => query(path, `SELECT * FROM ${table} ORDER BY 1, 2`));
}

for (const version of [1, 2, 3, 4, 5, 6] as const) {
  Deno.test(`go-sqlite#25: a database of version ${version} that was restored from its dump is ours`, () => {
    using dir = new TempDir();
    const [path, copy] = [dir.file("turns.db"), dir.file("copy.db")];
    {
      using store = new SqliteStore(path);
      const tracker = new Tracker(store);
      tracker.apply(prompt());
      tracker.apply(answer());
    }
    if (version < 6) downgrade(path, version as 5);
    execute(path, "CREATE TABLE notes (note)");
    restore(path, copy);
    assertEquals(query(copy, "PRAGMA user_version"), [[0]]);
    execute(path, "PRAGMA user_version = 0");
    assertEquals(rows(copy), rows(path));
    assertEquals(count(copy), []);
    assertEquals(
      query(copy, "SELECT turn_id_glob, session_turn FROM turns"),
      [[1, 1], [2, 2]],
    );
    // Where it is, a copy without a version is known as well.
    assertEquals(count(path), []);
  });
}
