/**
 * The behaviour of `@db/sqlite` on which `src/` relies: values, from JavaScript
 * into the database and back.
 *
 * @module
 */

import { type BindValue, SqliteError } from "@db/sqlite";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { memory } from "./scratch.ts";

const utf8 = new TextEncoder();

/** Binds a value, selects it and returns the result. */
function echo(value: BindValue, int64 = true): unknown {
  using scratch = memory({ int64 });
  return scratch.db.prepare("SELECT ?").value(value)?.[0];
}

/** The type that SQLite gives to a bound value. */
function typeOf(value: BindValue): unknown {
  using scratch = memory();
  return scratch.db.prepare("SELECT typeof(?)").value(value)?.[0];
}

Deno.test("Statement.value reads 32 bits of an integer by default", () => {
  assertStrictEquals(echo(2 ** 31 - 1, false), 2 ** 31 - 1);
  assertStrictEquals(echo(5_000_000_000, false), 705_032_704);
});

Deno.test("Statement.value reads 64-bit integers if the database is opened with int64", () => {
  const numbers = [
    0,
    -1,
    2 ** 31,
    -(2 ** 31) - 1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ];
  for (const number of numbers) assertStrictEquals(echo(number), number);
});

Deno.test("Statement.value reads an unsafe integer as a bigint", () => {
  for (const big of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
    assertStrictEquals(echo(big), big);
  }
  assertStrictEquals(echo(12n), 12);
});

Deno.test("Statement.get reads integers as Statement.value does", () => {
  for (const int64 of [true, false]) {
    using scratch = memory({ int64 });
    const statement = scratch.db.prepare("SELECT 5000000000 AS n");
    const n = int64 ? 5_000_000_000 : 705_032_704;
    assertEquals(statement.get(), { n });
    assertEquals(statement.all(), [{ n }]);
    assertEquals(statement.values(), [[n]]);
  }
});

Deno.test("Statement binds integers as INTEGER, and other numbers as REAL", () => {
  assertEquals(typeOf(1), "integer");
  assertEquals(typeOf(Number.MAX_SAFE_INTEGER), "integer");
  assertEquals(typeOf(1.5), "real");
  assertEquals(typeOf(Infinity), "real");
  assertEquals(typeOf(NaN), "null");
  assertStrictEquals(echo(1.5), 1.5);
});

Deno.test("Statement binds null and undefined as NULL, and reads NULL as null", () => {
  assertStrictEquals(echo(null), null);
  assertStrictEquals(echo(undefined), null);
});

Deno.test("Statement binds booleans as 0 and 1, and a Date as its ISO text", () => {
  assertEquals(echo(true), 1);
  assertEquals(echo(false), 0);
  assertEquals(echo(new Date(0)), "1970-01-01T00:00:00.000Z");
});

Deno.test("Statement throws for a value that it cannot bind", () => {
  assertThrows(
    () => echo(Symbol("x")),
    Error,
    "Value of unsupported type: Symbol(x)",
  );
});

Deno.test("Statement keeps text of any length and script", () => {
  const long = "long \u{1F600} ".repeat(100_000);
  for (const text of ["a", "\u00E9\u4E2D\u{1F600}", "\uFEFFx", "\r\n", long]) {
    assertStrictEquals(echo(text), text);
  }
});

Deno.test("Statement distinguishes an empty text from NULL", () => {
  assertStrictEquals(echo(""), "");
  assertEquals(typeOf(""), "text");
});

Deno.test("Statement stores text after a U+0000, but reads only the text before it", () => {
  using scratch = memory();
  const row = scratch.db.prepare("SELECT ?1, CAST(?1 AS BLOB)").value("a\0b");
  assertEquals(row, ["a", utf8.encode("a\0b")]);
});

Deno.test("Statement distinguishes texts that differ only after a U+0000", () => {
  using scratch = memory();
  scratch.db.exec("CREATE TABLE t (x TEXT UNIQUE)");
  const insert = scratch.db.prepare("INSERT INTO t VALUES (?)");
  insert.run("a\0b");
  insert.run("a\0c");
  assertThrows(() => insert.run("a\0b"), Error, "UNIQUE constraint failed");
});

Deno.test("Statement stores a lone surrogate as U+FFFD", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT ?1, CAST(?1 AS BLOB)");
  const expected = ["a\uFFFDb", utf8.encode("a\uFFFDb")];
  assertEquals(statement.value("a\uD800b"), expected);
  assertEquals(statement.value("a\uDC00b"), expected);
});

Deno.test("Statement.value reads a blob as a copy of its bytes", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT ?");
  const first = statement.value<[Uint8Array]>(new Uint8Array([1, 0, 255]));
  statement.value(new Uint8Array([7, 7, 7]));
  assertEquals(first, [new Uint8Array([1, 0, 255])]);
});

Deno.test("Statement distinguishes an empty blob from NULL", () => {
  assertEquals(echo(new Uint8Array()), new Uint8Array());
  assertEquals(typeOf(new Uint8Array()), "blob");
});

Deno.test("Statement binds a part of a buffer", () => {
  const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
  assertEquals(echo(part), new Uint8Array([2, 3]));
});

Deno.test("Statement.value parses results of SQLite's JSON functions", () => {
  using scratch = memory();
  const sql =
    `SELECT json_object('a', 1), '{"a":1}', json_object('a', 1) || ''`;
  const row = scratch.db.prepare(sql).value();
  assertEquals(row, [{ a: 1 }, '{"a":1}', '{"a":1}']);
});

Deno.test("Statement takes parameters by position, spread or as an array", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT ?, ?");
  assertEquals(statement.value("a", "b"), ["a", "b"]);
  assertEquals(statement.value(["a", "b"]), ["a", "b"]);
});

Deno.test("Statement takes parameters by name, with the colon or without", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT :a, :b");
  assertEquals(statement.value({ a: 1, ":b": 2 }), [1, 2]);
});

Deno.test("Statement throws for a parameter name that is not in the SQL", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT :a");
  assertThrows(
    () => statement.value({ b: 1 }),
    Error,
    'No such parameter "b"',
  );
  assertEquals(statement.value({ a: 1 }), [1]);
});

Deno.test("Statement throws for more values than parameters", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT ?");
  const error = assertThrows(() => statement.value(1, 2), SqliteError);
  assertEquals(error.message, "25: column index out of range");
  assertEquals(error.code, 25);
});

Deno.test("Statement clears the values of the previous run", () => {
  using scratch = memory();
  const statement = scratch.db.prepare("SELECT ?, ?");
  statement.value(1, 2);
  assertEquals(statement.value(3), [3, null]);
  assertEquals(statement.value(), [null, null]);
});
