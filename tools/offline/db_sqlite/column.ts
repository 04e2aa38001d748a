/**
 * Columns of a row as JavaScript values.
 *
 * @module
 */

import { BLOB, FLOAT, INTEGER, sqlite, TEXT } from "./library.ts";
import { readText } from "./error.ts";

const {
  sqlite3_column_blob,
  sqlite3_column_bytes,
  sqlite3_column_double,
  sqlite3_column_int,
  sqlite3_column_int64,
  sqlite3_column_text,
  sqlite3_column_type,
  sqlite3_column_value,
  sqlite3_value_subtype,
} = sqlite;

/** Marks a text that one of SQLite's JSON functions returned. */
const JSON_SUBTYPE = 74;

function readInteger(
  statement: Deno.PointerValue,
  column: number,
): number | bigint {
  // A double represents every safe integer exactly, and needs no bigint.
  const value = sqlite3_column_double(statement, column);
  return Number.isSafeInteger(value)
    ? value
    : sqlite3_column_int64(statement, column);
}

function readTextColumn(
  statement: Deno.PointerValue,
  column: number,
): unknown {
  // Up to the first U+0000, as in the real package.
  const text = readText(sqlite3_column_text(statement, column));
  const value = sqlite3_column_value(statement, column);
  if (sqlite3_value_subtype(value) !== JSON_SUBTYPE) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readBlob(statement: Deno.PointerValue, column: number): Uint8Array {
  // SQLite's documentation requires this order.
  const pointer = sqlite3_column_blob(statement, column);
  const bytes = new Uint8Array(sqlite3_column_bytes(statement, column));
  if (pointer !== null) Deno.UnsafePointerView.copyInto(pointer, bytes);
  return bytes;
}

/**
 * Reads a column of the current row. Without `int64` only the lower 32 bits of an
 * integer are read.
 */
export function readColumn(
  statement: Deno.PointerValue,
  column: number,
  int64: boolean,
): unknown {
  switch (sqlite3_column_type(statement, column)) {
    case INTEGER:
      return int64
        ? readInteger(statement, column)
        : sqlite3_column_int(statement, column);
    case TEXT:
      return readTextColumn(statement, column);
    case FLOAT:
      return sqlite3_column_double(statement, column);
    case BLOB:
      return readBlob(statement, column);
    default:
      return null;
  }
}
