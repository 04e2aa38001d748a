/**
 * The functions of libpq, the client library of PostgreSQL (SPEC section 11).
 *
 * @module
 */

import { Failure } from "../../error.ts";

const [NAME, REMEDY] = Deno.build.os === "darwin"
  ? ["libpq.5.dylib", "install it: brew install libpq"]
  : [
    "libpq.so.5",
    "install it: apt-get install libpq5, or dnf install libpq",
  ];

/** Where Homebrew keeps it, which is on no search path. */
const FOLDERS = Deno.build.os === "darwin"
  ? ["", "/opt/homebrew/opt/libpq/lib/", "/usr/local/opt/libpq/lib/"]
  : [""];

const ONE = { parameters: ["pointer"], result: "i32" } as const;
const TEXT = { parameters: ["pointer"], result: "pointer" } as const;
const CELL = ["pointer", "i32", "i32"] as const;

const SYMBOLS = {
  // Names of hosts are looked up meanwhile, so it may take long.
  PQconnectdbParams: {
    parameters: ["buffer", "buffer", "i32"],
    result: "pointer",
    nonblocking: true,
  },
  PQfinish: { parameters: ["pointer"], result: "void" },
  PQstatus: ONE,
  PQsocket: ONE,
  PQerrorMessage: TEXT,
  PQsetnonblocking: { parameters: ["pointer", "i32"], result: "i32" },
  PQsendQuery: { parameters: ["pointer", "buffer"], result: "i32" },
  PQsendPrepare: {
    parameters: ["pointer", "buffer", "buffer", "i32", "pointer"],
    result: "i32",
  },
  PQsendQueryParams: {
    parameters: [
      ...["pointer", "buffer", "i32", "pointer"] as const,
      ...["pointer", "pointer", "pointer", "i32"] as const,
    ],
    result: "i32",
  },
  PQsendQueryPrepared: {
    parameters: [
      ...["pointer", "buffer", "i32", "buffer"] as const,
      ...["pointer", "pointer", "i32"] as const,
    ],
    result: "i32",
  },
  // Since PostgreSQL 14.
  PQenterPipelineMode: { ...ONE, optional: true },
  PQpipelineSync: { ...ONE, optional: true },
  PQexitPipelineMode: { ...ONE, optional: true },
  PQflush: ONE,
  PQconsumeInput: ONE,
  PQisBusy: ONE,
  PQgetResult: TEXT,
  PQresultStatus: ONE,
  PQresultErrorField: { parameters: ["pointer", "i32"], result: "pointer" },
  PQcmdStatus: TEXT,
  PQntuples: ONE,
  PQgetvalue: { parameters: CELL, result: "pointer" },
  PQclear: { parameters: ["pointer"], result: "void" },
} as const;

/** The functions. */
export type Libpq = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let loaded: Libpq | undefined;

/**
 * Loads libpq, once.
 *
 * @throws {Failure} Where the system does not have it.
 */
export function libpq(): Libpq {
  return loaded ??= load();
}

function load(): Libpq {
  for (const folder of FOLDERS) {
    try {
      return Deno.dlopen(folder + NAME, SYMBOLS).symbols;
    } catch {
      // Only the last one is of interest, and the remedy is the same.
    }
  }
  throw new Failure(
    `cannot load ${NAME}, which a database in PostgreSQL needs; ${REMEDY}`,
  );
}

/** The text at a pointer; empty where there is none. */
export function textAt(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : new Deno.UnsafePointerView(pointer)
    .getCString();
}

/** A message of libpq as one clause: it may have several lines, and questions. */
export function oneLine(message: string): string {
  return message.trim().replace(/\s*\n\s*/g, "; ")
    .replace(/; Is the server running [^;]*\?/g, "");
}
