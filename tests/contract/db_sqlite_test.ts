/**
 * The behaviour of `@db/sqlite` on which `src/` relies: connections and
 * statements.
 *
 * @module
 */

import { Database, SQLITE_VERSION, SqliteError } from "@db/sqlite";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { count, memory, Scratch } from "./scratch.ts";

Deno.test("SQLITE_VERSION is of a library that supports RETURNING", () => {
  assertMatch(SQLITE_VERSION, /^3\.(3[5-9]|[4-9]\d)\./);
});

Deno.test("Database creates its file, and opens it again", () => {
  using scratch = new Scratch();
  const db = scratch.open();
  assertEquals(db.path, scratch.file());
  assert(db.open);
  db.exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
  db.close();
  assertEquals(count(scratch.open({ create: false })), 1);
});

Deno.test("Database takes a file URL", () => {
  using scratch = new Scratch();
  const url = new URL(`file://${scratch.file("a%20b.db")}`);
  const db = new Database(url);
  db.exec("CREATE TABLE t (x)");
  db.close();
  assertEquals(db.path, scratch.file("a b.db"));
  assert(Deno.statSync(scratch.file("a b.db")).isFile);
});

Deno.test("Database with readonly reads and does not write", () => {
  using scratch = new Scratch();
  scratch.open().exec("CREATE TABLE t (x)");
  const db = scratch.open({ readonly: true });
  assertEquals(count(db), 0);
  assertThrows(
    () => db.exec("INSERT INTO t VALUES (1)"),
    Error,
    "attempt to write a readonly database",
  );
});

Deno.test("Database with flags ignores all other options", () => {
  using scratch = new Scratch();
  const readWrite = 2;
  assertThrows(() => scratch.open({ flags: readWrite }), SqliteError);
  scratch.open({ flags: readWrite | 4, readonly: true })
    .exec("CREATE TABLE t (x)");
});

Deno.test("Database with memory creates no file", () => {
  using scratch = new Scratch();
  scratch.open({ memory: true }).exec("CREATE TABLE t (x)");
  assertThrows(() => Deno.statSync(scratch.file()), Deno.errors.NotFound);
});

Deno.test("Database.exec runs many statements and returns the last changes", () => {
  using scratch = memory();
  const { db } = scratch;
  db.exec("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)");
  assertEquals(db.exec("UPDATE t SET x = 3"), 2);
  assertEquals(db.exec("DELETE FROM t WHERE x = ?", 3), 2);
  assertEquals([db.changes, db.totalChanges], [2, 6]);
});

Deno.test("Database.inTransaction shows whether a transaction is open", () => {
  using scratch = memory();
  const { db } = scratch;
  assertEquals([db.autocommit, db.inTransaction], [true, false]);
  db.exec("BEGIN");
  assertEquals([db.autocommit, db.inTransaction], [false, true]);
  db.exec("ROLLBACK");
  assertEquals([db.autocommit, db.inTransaction], [true, false]);
});

Deno.test("Database.lastInsertRowId has 32 bits, RETURNING has 64", () => {
  using scratch = memory({ int64: true });
  const { db } = scratch;
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, x)");
  const insert = db.prepare("INSERT INTO t VALUES (?, 0) RETURNING id");
  assertEquals(insert.value(5_000_000_000), [5_000_000_000]);
  assertEquals(db.lastInsertRowId, 705_032_704);
  assertEquals(insert.get(7), { id: 7 });
  assertEquals(db.lastInsertRowId, 7);
});

Deno.test("Database.close finalizes open statements, and may be called twice", () => {
  using scratch = new Scratch();
  const db = scratch.open();
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  db.prepare("SELECT 1").value();
  db.prepare("INSERT INTO t VALUES (?)").run(1);
  db.close();
  db.close();
  assertEquals([db.open, db.inTransaction], [false, false]);
  // SQLite removes these when the last connection is really closed.
  const names = Array.from(Deno.readDirSync(scratch.path), (it) => it.name);
  assertEquals(names, ["test.db"]);
});

Deno.test("Statement.run returns the changes, not the rows", () => {
  using scratch = memory();
  const { db } = scratch;
  db.exec("CREATE TABLE t (x UNIQUE)");
  const insert = db.prepare("INSERT OR IGNORE INTO t VALUES (?) RETURNING x");
  assertEquals(insert.run(1), 1);
  assertEquals(insert.run(1), 0);
  insert.run(2);
  assertEquals(db.prepare("UPDATE t SET x = x + 10").run(), 2);
  // A statement that changes nothing leaves the count unchanged.
  assertEquals(db.prepare("SELECT 1").run(), 2);
});

Deno.test("Statement reads rows as objects and as arrays", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT 1 AS a, 'x' AS b");
  assertEquals(statement.columnNames(), ["a", "b"]);
  assertEquals(statement.get(), { a: 1, b: "x" });
  assertEquals(statement.value(), [1, "x"]);
  assertEquals(statement.all(), [{ a: 1, b: "x" }]);
  assertEquals(statement.values(), [[1, "x"]]);
});

Deno.test("Statement.get and value return undefined if there is no row", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT 1 WHERE ?");
  assertStrictEquals(statement.get(0), undefined);
  assertStrictEquals(statement.value(0), undefined);
  assertEquals(statement.all(0), []);
  assertEquals(statement.values(0), []);
  assertEquals(statement.value(1), [1]);
});

Deno.test("Statement.get returns an object that the next call does not change", () => {
  using scratch = memory();
  scratch.db.exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
  const statement = scratch.db.prepare("SELECT x FROM t");
  const before = statement.get();
  scratch.db.exec("UPDATE t SET x = 2");
  assertNotEquals(statement.get(), before);
  assertEquals(before, { x: 1 });
});

Deno.test("Statement commits INSERT ... RETURNING even if only one row is read", () => {
  using scratch = new Scratch();
  const db = scratch.open();
  const other = scratch.open();
  db.exec("CREATE TABLE t (x)");
  const insert = db.prepare("INSERT INTO t VALUES (?), (?) RETURNING x");
  assertEquals(insert.value(1, 2), [1]);
  assertEquals([count(other), db.changes], [2, 2]);
  assertEquals(insert.get(3, 4), { x: 3 });
  assertEquals(count(other), 4);
  assertEquals(insert.run(5, 6), 2);
  assertEquals(count(other), 6);
});

Deno.test("Statement.sql is the first statement, and only that one is run", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT 1; SELECT 2");
  assertEquals(statement.sql, "SELECT 1;");
  assertEquals(statement.value(), [1]);
});

Deno.test("Statement.finalize may be called twice, and using does it too", () => {
  using scratch = memory();
  const first = scratch.db.prepare("SELECT 1");
  first.finalize();
  first.finalize();
  using second = scratch.db.prepare("SELECT 2");
  assertEquals(second.value(), [2]);
});
