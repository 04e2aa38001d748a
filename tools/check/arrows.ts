/**
 * Which room may import which: the floor plan of this repository.
 *
 * @module
 */

/**
 * The rooms, each with the rooms that it may import. A room is a folder or a
 * module; a file belongs to the longest that its path begins with.
 */
export const ARROWS: Record<string, readonly string[]> = {
  "main.ts": ["src/cli", "src/terminal", "src/store"],

  "src/cli": [
    ...["src/run.ts", "src/delivery", "src/status", "src/store"],
    ...["src/browse", "src/report"],
    ...["src/source", "src/output", "src/dialect", "src/terminal"],
    ...["src/turns", "src/system", "src/error.ts", "src/bytes.ts"],
    ...["src/sha256.ts", "deno.json"],
  ],
  "src/run.ts": [
    ...["src/delivery", "src/source", "src/output", "src/dialect"],
    ...["src/turns", "src/system", "src/error.ts"],
  ],
  "src/delivery": [
    ...["src/source", "src/output", "src/dialect", "src/turns"],
    ...["src/bytes.ts", "src/error.ts"],
  ],
  "src/status": [
    ...["src/store", "src/source", "src/output", "src/terminal", "src/turns"],
    ...["src/system", "src/error.ts"],
  ],
  "src/browse": [
    ...["src/status", "src/store", "src/output", "src/terminal", "src/turns"],
    "src/error.ts",
  ],
  "src/report": [
    ...["src/status", "src/store", "src/output", "src/terminal", "src/turns"],
    "src/error.ts",
  ],
  "src/output": [
    ...["src/source", "src/dialect", "src/turns", "src/system"],
    ...["src/bytes.ts", "src/error.ts"],
  ],
  "src/source": [
    ...["src/dialect", "src/turns", "src/system", "src/bytes.ts"],
    "src/error.ts",
  ],
  "src/dialect": ["src/turns", "src/bytes.ts"],
  "src/store": ["src/turns", "src/system", "src/sha256.ts", "src/error.ts"],
  "src/terminal": ["src/turns", "src/system", "src/error.ts"],
  "src/turns": ["src/sha256.ts", "src/error.ts"],
  "src/system": [],
  "src/bytes.ts": [],
  "src/error.ts": [],
  "src/sha256.ts": [],

  "tests": ["src", "tools", "tests/support/oracle", "main.ts", "deno.json"],
  // The rules are read a second time there, not taken from the program.
  "tests/support/oracle": ["tests"],
  "tools": ["deno.json"],
};

/**
 * Imports that break the table, or close a circle, today. This list may only get
 * shorter.
 */
export const KNOWN: readonly string[] = [
  "tools/offline/db_sqlite/statement.ts imports tools/offline/db_sqlite/database.ts",
];
