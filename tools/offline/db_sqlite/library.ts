/**
 * The C library: its path, and the functions in use.
 *
 * @module
 */

const FUNCTIONS = {
  sqlite3_initialize: { parameters: [], result: "i32" },
  sqlite3_libversion: { parameters: [], result: "pointer" },
  sqlite3_errstr: { parameters: ["i32"], result: "pointer" },

  // A connection.
  sqlite3_open_v2: {
    parameters: ["buffer", "buffer", "i32", "pointer"],
    result: "i32",
  },
  sqlite3_close_v2: { parameters: ["pointer"], result: "i32" },
  sqlite3_errmsg: { parameters: ["pointer"], result: "pointer" },
  sqlite3_exec: {
    parameters: ["pointer", "buffer", "pointer", "pointer", "pointer"],
    result: "i32",
  },
  sqlite3_changes: { parameters: ["pointer"], result: "i32" },
  sqlite3_total_changes: { parameters: ["pointer"], result: "i32" },
  // SQLite returns 64 bits. The real package takes the lower 32 of them.
  sqlite3_last_insert_rowid: { parameters: ["pointer"], result: "i32" },
  sqlite3_get_autocommit: { parameters: ["pointer"], result: "i32" },

  // A statement.
  sqlite3_prepare_v2: {
    parameters: ["pointer", "buffer", "i32", "buffer", "pointer"],
    result: "i32",
  },
  sqlite3_sql: { parameters: ["pointer"], result: "pointer" },
  sqlite3_step: { parameters: ["pointer"], result: "i32" },
  sqlite3_reset: { parameters: ["pointer"], result: "i32" },
  sqlite3_finalize: { parameters: ["pointer"], result: "i32" },
  sqlite3_stmt_status: {
    parameters: ["pointer", "i32", "i32"],
    result: "i32",
  },

  // Its parameters. The last one of text and blob is the destructor.
  sqlite3_clear_bindings: { parameters: ["pointer"], result: "i32" },
  sqlite3_bind_parameter_count: { parameters: ["pointer"], result: "i32" },
  sqlite3_bind_parameter_index: {
    parameters: ["pointer", "buffer"],
    result: "i32",
  },
  sqlite3_bind_null: { parameters: ["pointer", "i32"], result: "i32" },
  sqlite3_bind_int: { parameters: ["pointer", "i32", "i32"], result: "i32" },
  sqlite3_bind_int64: { parameters: ["pointer", "i32", "i64"], result: "i32" },
  sqlite3_bind_double: { parameters: ["pointer", "i32", "f64"], result: "i32" },
  sqlite3_bind_text: {
    parameters: ["pointer", "i32", "buffer", "i32", "isize"],
    result: "i32",
  },
  sqlite3_bind_blob: {
    parameters: ["pointer", "i32", "buffer", "i32", "isize"],
    result: "i32",
  },

  // Its columns.
  sqlite3_column_count: { parameters: ["pointer"], result: "i32" },
  sqlite3_column_name: { parameters: ["pointer", "i32"], result: "pointer" },
  sqlite3_column_type: { parameters: ["pointer", "i32"], result: "i32" },
  sqlite3_column_int: { parameters: ["pointer", "i32"], result: "i32" },
  sqlite3_column_int64: { parameters: ["pointer", "i32"], result: "i64" },
  sqlite3_column_double: { parameters: ["pointer", "i32"], result: "f64" },
  sqlite3_column_text: { parameters: ["pointer", "i32"], result: "pointer" },
  sqlite3_column_blob: { parameters: ["pointer", "i32"], result: "pointer" },
  sqlite3_column_bytes: { parameters: ["pointer", "i32"], result: "i32" },
  sqlite3_column_value: { parameters: ["pointer", "i32"], result: "pointer" },
  sqlite3_value_subtype: { parameters: ["pointer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Result codes, column types and flags, with the numbers of sqlite3.h. */
export const OK = 0, MISUSE = 21, ROW = 100, DONE = 101;
export const INTEGER = 1, FLOAT = 2, TEXT = 3, BLOB = 4;
export const OPEN_READONLY = 1,
  OPEN_READWRITE = 2,
  OPEN_CREATE = 4,
  OPEN_MEMORY = 128;

function libraryPath(): string {
  const path = Deno.env.get("DENO_SQLITE_PATH");
  // The value is not used, but the real package reads it: a program without the
  // permission must fail with the stand-in too.
  Deno.env.get("DENO_SQLITE_LOCAL");
  if (path) return path;
  return Deno.build.os === "darwin" ? "libsqlite3.dylib" : "libsqlite3.so.0";
}

function open(): Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"] {
  try {
    return Deno.dlopen(libraryPath(), FUNCTIONS).symbols;
  } catch (cause) {
    throw new Error("Cannot load the SQLite library", { cause });
  }
}

/** The functions of libsqlite3. */
export const sqlite = open();

const status = sqlite.sqlite3_initialize();
if (status !== OK) throw new Error(`Cannot initialize SQLite: ${status}`);
