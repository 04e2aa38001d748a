import { Database } from "@db/sqlite";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Failure } from "../../src/error.ts";
import { readOnly } from "../../src/store/sqlite/read_only.ts";
import { SCHEMA_VERSION } from "../../src/store/sqlite/schema.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { readSqliteStatus } from "../../src/store/sqlite/status.ts";
import type { Store } from "../../src/turns/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { at, prompt } from "../support/envelope.ts";
import { listing } from "../support/listing.ts";
import { TempDir } from "../support/temp.ts";

/** Applies prompts to the database, and leaves it open. */
function open(path: string, prompts = 1): Store {
  const store = new SqliteStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  for (let i = 0; i < prompts; i++) tracker.apply(prompt({ t: at(i) }));
  return store;
}

function create(path: string, prompts = 1): string {
  open(path, prompts)[Symbol.dispose]();
  return path;
}

function countTurns(db: Database): number {
  return db.prepare("SELECT count(*) FROM turns").value<[number]>()![0];
}

/** Asserts that reading fails with a message that contains `words`, and changes nothing. */
function assertRefused(dir: TempDir, path: string, ...words: string[]): void {
  const before = listing(dir.path);
  const { message } = assertThrows(() => readSqliteStatus(path, null), Failure);
  for (const word of [JSON.stringify(path), ...words]) {
    assertStringIncludes(message, word);
  }
  assertEquals(listing(dir.path), before);
}

Deno.test("readOnly reads a closed database and creates no files", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  const before = listing(dir.path);
  assertEquals(readOnly(path, countTurns), 1);
  assertEquals(listing(dir.path), before);
  assertEquals(Object.keys(before), ["turns.db"]);
});

Deno.test("readOnly ignores an empty -wal", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  dir.write("turns.db-wal", "");
  const before = listing(dir.path);
  assertEquals(readOnly(path, countTurns), 1);
  assertEquals(listing(dir.path), before);
});

Deno.test("readOnly ignores a -wal that contains only a header", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  const copy = dir.file("copy.db");
  {
    using store = open(path, 0);
    for (const suffix of ["", "-shm"]) {
      Deno.copyFileSync(path + suffix, copy + suffix);
    }
    new Tracker(store).apply(prompt({ t: at(1) }));
    const wal = Deno.readFileSync(`${path}-wal`);
    dir.write("copy.db-wal", wal.subarray(0, 32));
  }
  const before = listing(dir.path);
  assertEquals(readOnly(copy, countTurns), 1);
  assertEquals(listing(dir.path), before);
});

Deno.test("readOnly takes a path literally", () => {
  using dir = new TempDir();
  const names = ["a b?mode=rwc#%41.db", ":memory:", "file:turns.db", "日本.db"];
  for (const [i, name] of names.entries()) {
    create(dir.file(name), i + 1);
    assertEquals(readOnly(dir.file(name), countTurns), i + 1, name);
  }
  assertEquals(Object.keys(listing(dir.path)), names.toSorted());
});

Deno.test("readOnly reads the -wal of an open database, through a link too", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const link = dir.file("link.db");
  Deno.symlinkSync(path, link);
  using store = open(path, 2);
  assertEquals(readOnly(path, countTurns), 2);
  assertEquals(readOnly(link, countTurns), 2);
  new Tracker(store).apply(prompt({ t: at(10) }));
  assertEquals(readOnly(link, countTurns), 3);
});

Deno.test("readOnly writes nothing", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  const erase = (db: Database) => db.exec("DELETE FROM turns");
  assertThrows(() => readOnly(path, erase), Failure, "cannot be written");
  using _store = open(path);
  assertThrows(() => readOnly(path, erase), Failure, "cannot be written");
  assertEquals(readOnly(path, countTurns), 1);
});

Deno.test("readOnly does not block a checkpoint of the -wal", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  using _store = open(path, 50);
  readOnly(path, countTurns);
  const db = new Database(path);
  const [busy] = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").value<
    [number]
  >()!;
  assertEquals([busy, Deno.statSync(`${path}-wal`).size], [0, 0]);
  // The database is open, and its -wal is empty.
  assertEquals(readOnly(path, countTurns), 50);
  db.close();
});

Deno.test("readOnly retries if a closed database was written meanwhile", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  let calls = 0;
  const result = readOnly(path, (db) => {
    const turns = countTurns(db);
    if (++calls === 1) create(path, 300);
    return turns;
  });
  assertEquals([result, calls], [300, 2]);
});

Deno.test("readOnly retries after any error if a closed database was opened meanwhile", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  using stack = new DisposableStack();
  let calls = 0;
  const result = readOnly(path, (db) => {
    if (++calls > 1) return countTurns(db);
    stack.use(open(path, 2));
    throw new Error("database disk image is malformed");
  });
  assertEquals([result, calls], [2, 2]);
});

Deno.test("readOnly fails if a database is written during each attempt", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  let calls = 0;
  const write = () => create(path, ++calls + 1);
  assertThrows(() => readOnly(path, write), Failure, "is locked by another");
  assertEquals(calls, 10);
});

Deno.test("status of a database with a hot journal says how to recover it", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"), 50);
  const db = new Database(path);
  // Uncommitted pages are in the file, as after a crash: the cache is too small.
  db.exec(`PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1;
    BEGIN; UPDATE turns SET user_text = hex(zeroblob(2000))`);
  const copy = dir.file("copy.db");
  for (const suffix of ["", "-journal"]) {
    Deno.copyFileSync(path + suffix, copy + suffix);
  }
  db.exec("ROLLBACK");
  db.close();
  assertRefused(dir, copy, "killed", "start turn-counter on it");
  create(copy, 50);
  assertEquals(readOnly(copy, countTurns), 50);
});

Deno.test("status of a missing database does not create it", () => {
  using dir = new TempDir();
  assertRefused(dir, dir.file("turns.db"), "is not there", "--db");
  assertRefused(dir, dir.file("no/turns.db"), "is not there");
  Deno.symlinkSync("nowhere", dir.file("link"));
  assertRefused(dir, dir.file("link"), "is not there");
});

Deno.test("status refuses a file that is not a turn-counter database, and does not change it", () => {
  using dir = new TempDir();
  assertRefused(dir, dir.write("log", "{}\n".repeat(1000)), "not an SQLite");
  assertRefused(dir, dir.path, "it is no regular file");
  assertRefused(dir, dir.write("empty", ""), "is empty", "--db");
  const other = dir.file("other.db");
  const db = new Database(other);
  db.exec("CREATE TABLE t (x)");
  db.close();
  assertRefused(dir, other, "is another program's");
});

Deno.test("status refuses a database of another version, and says what to do", () => {
  using dir = new TempDir();
  const path = create(dir.file("turns.db"));
  const setVersion = (version: number) => {
    const db = new Database(path);
    db.exec(`PRAGMA user_version = ${version}`);
    db.close();
  };
  setVersion(SCHEMA_VERSION + 1);
  assertRefused(dir, path, "newer turn-counter");
  for (const version of [1, 2]) {
    setVersion(version);
    assertRefused(dir, path, "of an earlier turn-counter", `--db "${path}"`);
  }
});
