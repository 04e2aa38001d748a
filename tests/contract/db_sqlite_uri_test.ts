/**
 * The behaviour of `@db/sqlite`, and of SQLite, on which `status` relies:
 * databases that are opened by a URI and read without creating files.
 *
 * @module
 */

import { Database } from "@db/sqlite";
import { assertEquals, assertThrows } from "@std/assert";
import { count, Scratch } from "./scratch.ts";

/** `SQLITE_OPEN_READONLY` and `SQLITE_OPEN_URI`. */
const FLAGS = 0x01 | 0x40;

function names(scratch: Scratch): string[] {
  return [...Deno.readDirSync(scratch.path)].map(({ name }) => name).sort();
}

function uri(scratch: Scratch, parameters: string, name = "test.db"): string {
  return `file:${scratch.file(encodeURIComponent(name))}?${parameters}`;
}

/** A database in WAL mode with one row, still open. */
function create(scratch: Scratch, name?: string) {
  const db = scratch.open({}, name);
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  db.exec("INSERT INTO t VALUES (1)");
  return db;
}

Deno.test("Database with flags takes a URI with percent-encoded characters", () => {
  using scratch = new Scratch();
  const name = "a b?c#d%41.db";
  create(scratch, name).close();
  const db = new Database(uri(scratch, "immutable=1", name), { flags: FLAGS });
  assertEquals(count(db), 1);
  db.close();
  assertEquals(names(scratch), [name]);
});

Deno.test("Database with readonly creates files beside a closed one in WAL mode", () => {
  using scratch = new Scratch();
  create(scratch).close();
  assertEquals(names(scratch), ["test.db"]);
  const db = scratch.open({ readonly: true });
  assertEquals(count(db), 1);
  db.close();
  // For this reason the program opens databases as in the tests below.
  assertEquals(names(scratch), ["test.db", "test.db-shm", "test.db-wal"]);
});

Deno.test("Database by a URI with immutable=1 reads a closed one, and creates no files", () => {
  using scratch = new Scratch();
  create(scratch).close();
  const db = new Database(uri(scratch, "immutable=1"), { flags: FLAGS });
  assertEquals(count(db), 1);
  assertThrows(() => db.exec("DELETE FROM t"), Error, "readonly database");
  db.close();
  assertEquals(names(scratch), ["test.db"]);
});

Deno.test("Database by a URI with readonly_shm=1 reads an open one, and creates no files", () => {
  using scratch = new Scratch();
  const writer = create(scratch);
  const db = new Database(uri(scratch, "readonly_shm=1"), { flags: FLAGS });
  db.exec("BEGIN");
  assertEquals(count(db), 1);
  writer.exec("INSERT INTO t VALUES (2)");
  assertEquals(count(db), 1);
  db.exec("COMMIT");
  assertEquals(count(db), 2);
  assertThrows(() => db.exec("DELETE FROM t"), Error, "readonly database");
  db.close();
  writer.close();
  assertEquals(names(scratch), ["test.db"]);
});
