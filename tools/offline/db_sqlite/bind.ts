/**
 * JavaScript values as parameters of a statement.
 *
 * @module
 */

import { failure } from "./error.ts";
import { OK, sqlite } from "./library.ts";

const {
  sqlite3_bind_blob,
  sqlite3_bind_double,
  sqlite3_bind_int,
  sqlite3_bind_int64,
  sqlite3_bind_null,
  sqlite3_bind_parameter_index,
  sqlite3_bind_text,
} = sqlite;

/** A value that can be bound to a parameter. */
export type BindValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | symbol
  | Date
  | Uint8Array
  | BindValue[]
  | { [key: string]: BindValue };

/** All parameters of a statement, by position or by name. */
export type BindParameters = BindValue[] | Record<string, BindValue>;

/** The parameters of a call: spread, or as its only argument. */
export type RestBindParameters = BindValue[] | [BindParameters];

/** Makes SQLite copy its argument, so that buffers may be reused after the call. */
const TRANSIENT = -1n;

const encoder = new TextEncoder();
const scratch = new Uint8Array(1 << 16);

/** Text with a terminating zero byte, for C functions. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text + "\0");
}

function bindNumber(
  statement: Deno.PointerValue,
  index: number,
  value: number,
): number {
  if (!Number.isInteger(value)) {
    return sqlite3_bind_double(statement, index, value);
  }
  return value >= -(2 ** 31) && value < 2 ** 31
    ? sqlite3_bind_int(statement, index, value)
    : sqlite3_bind_int64(statement, index, BigInt(value));
}

function bindText(
  statement: Deno.PointerValue,
  index: number,
  value: string,
): number {
  // One UTF-16 unit takes three bytes at most.
  if (value.length * 3 > scratch.length) {
    const bytes = encoder.encode(value);
    return sqlite3_bind_text(
      statement,
      index,
      bytes,
      bytes.length,
      TRANSIENT,
    );
  }
  // The scratch buffer is never empty, so "" is not taken for NULL.
  const { written } = encoder.encodeInto(value, scratch);
  return sqlite3_bind_text(statement, index, scratch, written, TRANSIENT);
}

function bindObject(
  statement: Deno.PointerValue,
  index: number,
  value: object | null,
): number {
  if (value === null) return sqlite3_bind_null(statement, index);
  if (value instanceof Uint8Array) {
    const bytes = value.length > 0 ? value : scratch;
    return sqlite3_bind_blob(
      statement,
      index,
      bytes as Uint8Array<ArrayBuffer>,
      value.length,
      TRANSIENT,
    );
  }
  return bindText(
    statement,
    index,
    value instanceof Date ? value.toISOString() : JSON.stringify(value),
  );
}

function bindValue(
  statement: Deno.PointerValue,
  index: number,
  value: BindValue,
): number {
  switch (typeof value) {
    case "string":
      return bindText(statement, index, value);
    case "number":
      return bindNumber(statement, index, value);
    case "object":
      return bindObject(statement, index, value);
    case "undefined":
      return sqlite3_bind_null(statement, index);
    case "bigint":
      return sqlite3_bind_int64(statement, index, value);
    case "boolean":
      return sqlite3_bind_int(statement, index, value ? 1 : 0);
    default:
      throw new Error(`Value of unsupported type: ${Deno.inspect(value)}`);
  }
}

function bind(
  statement: Deno.PointerValue,
  index: number,
  value: BindValue,
): void {
  const code = bindValue(statement, index, value);
  if (code !== OK) throw failure(code);
}

function isParameters(value: unknown): value is BindParameters {
  return typeof value === "object" && value !== null &&
    !(value instanceof Uint8Array) && !(value instanceof Date);
}

function bindNamed(
  statement: Deno.PointerValue,
  params: Record<string, BindValue>,
): void {
  for (const [name, value] of Object.entries(params)) {
    const full = /^[:@$]/.test(name) ? name : `:${name}`;
    const index = sqlite3_bind_parameter_index(statement, cString(full));
    if (index === 0) throw new Error(`No such parameter "${name}"`);
    bind(statement, index, value);
  }
}

/**
 * Binds all parameters of a call. If the first one is an object, it contains all
 * of them: an array by position, any other object by name.
 *
 * Throws an `Error` for a name or a type that cannot be bound, and `SqliteError`
 * if there are more values than parameters.
 */
export function bindAll(
  statement: Deno.PointerValue,
  params: RestBindParameters,
): void {
  const first = params[0];
  const all = isParameters(first) ? first : params as BindValue[];
  if (!Array.isArray(all)) return bindNamed(statement, all);
  for (let i = 0; i < all.length; i++) bind(statement, i + 1, all[i]);
}
