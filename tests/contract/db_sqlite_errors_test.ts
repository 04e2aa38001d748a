/**
 * The behaviour of `@db/sqlite` on which `src/` relies: errors, and the state
 * after them.
 *
 * @module
 */

import { Database, SqliteError } from "@db/sqlite";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { count, memory, Scratch } from "./scratch.ts";

/** Asserts a plain `Error` that has SQLite's message and no code. */
function assertSqlError(fn: () => unknown, message: string): void {
  const error = assertThrows(fn, Error);
  assertEquals(error.message, message);
  assert(!(error instanceof SqliteError));
  assertEquals("code" in error, false);
}

Deno.test("Database throws SqliteError 14 if it cannot open a file", () => {
  using scratch = new Scratch();
  const attempts = [
    () => scratch.open({}, "none/test.db"),
    () => scratch.open({ create: false }),
    () => scratch.open({ readonly: true }),
    () => new Database(scratch.path),
  ];
  for (const attempt of attempts) {
    const error = assertThrows(attempt, SqliteError);
    assertInstanceOf(error, Error);
    assertEquals(error.name, "SqliteError");
    assertEquals(error.message, "14: unable to open database file");
    assertEquals(error.code, 14);
  }
});

Deno.test("Statement without SQL throws SqliteError 21 when run", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("-- nothing");
  for (const run of [() => statement.run(), () => statement.value()]) {
    const error = assertThrows(run, SqliteError);
    assertEquals(error.message, "21: SQLite3 API misuse");
    assertEquals(error.code, 21);
  }
});

Deno.test("Database throws a plain Error for SQL that does not parse", () => {
  using scratch = memory();
  const { db } = scratch;
  const message = 'near "SELEC": syntax error';
  assertSqlError(() => db.exec("SELEC"), message);
  assertSqlError(() => db.prepare("SELEC"), message);
});

Deno.test("Statement throws a plain Error, and can be run again", () => {
  using scratch = memory();
  const { db } = scratch;
  db.exec("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1)");
  const insert = db.prepare("INSERT INTO t VALUES (?) RETURNING x");
  const message = "UNIQUE constraint failed: t.x";
  assertSqlError(() => insert.run(1), message);
  assertEquals(insert.run(2), 1);
  assertSqlError(() => insert.value(1), message);
  assertEquals(insert.value(3), [3]);
  assertSqlError(() => insert.get(1), message);
  assertEquals(insert.get(4), { x: 4 });
  assertSqlError(() => insert.all(1), message);
  assertEquals(insert.values(5), [[5]]);
  assertSqlError(() => db.exec("INSERT INTO t VALUES (1)"), message);
  assertEquals(count(db), 5);
});

Deno.test("Statement.finalize throws the code of a run that failed", () => {
  using scratch = memory();
  const { db } = scratch;
  db.exec("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1)");
  const insert = db.prepare("INSERT INTO t VALUES (?)");
  assertThrows(() => insert.run(1), Error);
  const error = assertThrows(() => insert.finalize(), SqliteError);
  assertEquals(error.message, "19: constraint failed");
  insert.finalize();
});

Deno.test("Database throws a plain Error for a file that is not a database", () => {
  using scratch = new Scratch();
  Deno.writeTextFileSync(scratch.file(), "not a database ".repeat(100));
  const db = scratch.open();
  const message = "file is not a database";
  assertSqlError(() => db.exec("SELECT * FROM sqlite_master"), message);
  assertSqlError(() => db.prepare("PRAGMA user_version").value(), message);
});

Deno.test("Database throws a plain Error for a database that is locked", () => {
  using scratch = new Scratch();
  const db = scratch.open();
  db.exec("PRAGMA busy_timeout = 0; CREATE TABLE t (x)");
  const insert = db.prepare("INSERT INTO t VALUES (?)");
  const other = scratch.open();
  other.exec("BEGIN IMMEDIATE");
  assertSqlError(() => db.exec("BEGIN IMMEDIATE"), "database is locked");
  assertSqlError(() => insert.run(1), "database is locked");
  other.exec("COMMIT");
  assertEquals(insert.run(1), 1);
  assertEquals(count(other), 1);
});

Deno.test("Database waits for a lock until busy_timeout", () => {
  using scratch = new Scratch();
  const db = scratch.open();
  db.exec("PRAGMA busy_timeout = 200");
  scratch.open().exec("BEGIN IMMEDIATE");
  const start = performance.now();
  assertSqlError(() => db.exec("BEGIN IMMEDIATE"), "database is locked");
  assert(performance.now() - start > 100);
});

Deno.test("Statement that failed on a lock blocks commits until it is run again", () => {
  using scratch = new Scratch();
  const db = scratch.open();
  db.exec("CREATE TABLE t (x); CREATE TABLE u (x)");
  const first = db.prepare("INSERT INTO t VALUES (1)");
  const second = db.prepare("INSERT INTO u VALUES (1)");
  const other = scratch.open();
  other.exec("BEGIN IMMEDIATE");
  assertSqlError(() => first.run(), "database is locked");
  other.exec("COMMIT");
  assertEquals(second.run(), 1);
  assertEquals([count(db, "u"), count(other, "u")], [1, 0]);
  // The uncommitted change is rolled back then.
  assertEquals(first.run(), 1);
  assertEquals([count(db, "u"), count(other, "t")], [0, 1]);
});

Deno.test("Database.exec that failed on a lock does not block commits", () => {
  using scratch = new Scratch();
  const db = scratch.open();
  db.exec("CREATE TABLE t (x)");
  const insert = db.prepare("INSERT INTO t VALUES (1)");
  const other = scratch.open();
  other.exec("BEGIN IMMEDIATE");
  assertSqlError(() => db.exec("BEGIN IMMEDIATE"), "database is locked");
  other.exec("COMMIT");
  insert.run();
  assertEquals(count(other), 1);
});
