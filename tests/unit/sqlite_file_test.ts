import { Database } from "@db/sqlite";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Failure } from "../../src/error.ts";
import { DatabaseFile } from "../../src/store/sqlite/database_file.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/turns/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { at, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";

function create(path: string): void {
  new SqliteStore(path)[Symbol.dispose]();
}

function assertFailure(path: string, ...words: string[]): void {
  const { message } = assertThrows(() => new SqliteStore(path), Failure);
  for (const word of [path, ...words]) assertStringIncludes(message, word);
}

Deno.test("SPEC 8: a file that is not a database is a failure that names it, and stays unchanged", () => {
  using dir = new TempDir();
  const path = dir.write("notes.txt", "not a database, ".repeat(100));
  assertFailure(path, "not an SQLite database", "--db");
  assertEquals(Deno.readTextFileSync(path), "not a database, ".repeat(100));
});

Deno.test("SPEC 8: a database in a missing or impossible place is a failure that names it", () => {
  using dir = new TempDir();
  assertFailure(dir.file("missing/turns.db"), "directory");
  // The text of the path is not taken for the cause.
  assertFailure(dir.file("the disk is full/turns.db"), "directory");
  assertFailure(dir.path, "no regular file", "--db");
  assertFailure("/dev/null", "no regular file");
});

Deno.test("SqliteStore resolves symbolic links in a path as the system does", () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.file("real/inner"), { recursive: true });
  Deno.symlinkSync(dir.file("real/inner"), dir.file("link"));
  create(dir.file("link/../a.db"));
  Deno.symlinkSync(dir.file("real/b.db"), dir.file("link.db"));
  assertFailure(dir.file("link.db"), "symbolic link", "--db");
  dir.write("real/b.db", "");
  create(dir.file("link.db"));
  const names = [...Deno.readDirSync(dir.file("real"))].map(({ name }) => name);
  assertEquals(names.sort(), ["a.db", "b.db", "inner"]);
  assert(Deno.statSync(dir.file("real/b.db")).size > 0);
});

/** The two ways to begin a transaction. */
const WAYS: Record<string, (store: Store, work: () => void) => unknown> = {
  write: (store, work) => store.write(work),
  transaction: (store, work) => store.transaction(work),
};

for (const [name, begin] of Object.entries(WAYS)) {
  Deno.test(`SPEC 8: ${name} fails on a database that stays locked, and loses nothing`, async () => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    using store = new SqliteStore(path, { busyTimeoutMs: 50 });
    const tracker = new Tracker(store);
    tracker.apply(prompt({ t: at(0) }));
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE");
    const { message } = await assertRejects(
      async () => await begin(store, () => tracker.apply(prompt({ t: at(1) }))),
      Failure,
    );
    assertStringIncludes(message, path);
    assertStringIncludes(message, "locked");
    other.exec("ROLLBACK");
    other.close();
    await begin(store, () => {
      assertEquals(tracker.apply(prompt({ t: at(1) })).turns.at(-1)!.id, 2);
    });
  });

  Deno.test(`SPEC 8: ${name} fails on a database that was deleted or replaced`, async () => {
    using dir = new TempDir();
    for (const replace of [true, false]) {
      const path = dir.file(`${replace}.db`);
      using store = new SqliteStore(path);
      const tracker = new Tracker(store);
      tracker.apply(prompt({ t: at(0) }));
      if (replace) Deno.copyFileSync(path, dir.file("copy"));
      if (replace) Deno.renameSync(dir.file("copy"), path);
      else Deno.removeSync(path);
      const event = prompt({ t: at(1) });
      const { message } = await assertRejects(
        async () => await begin(store, () => tracker.apply(event)),
        Failure,
      );
      assertStringIncludes(message, path);
      assertStringIncludes(message, "deleted or replaced");
    }
  });
}

Deno.test("SqliteStore reads no checkpoint of a database that was deleted", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  using store = new SqliteStore(path);
  assertEquals(store.checkpointsOf("log"), []);
  Deno.removeSync(path);
  const read = () => store.checkpointsOf("log");
  assertThrows(read, Failure, "deleted or replaced");
});

Deno.test("SPEC 4: a commit reaches the disk itself where the system's fsync does not (macOS)", () => {
  using dir = new TempDir();
  using file = new DatabaseFile(dir.file("turns.db"));
  for (const name of ["fullfsync", "checkpoint_fullfsync"]) {
    const pragma = file.connection.prepare(`PRAGMA ${name}`);
    assertEquals(pragma.value(), [1], name);
  }
});

Deno.test("systemd#30760: a database in use never looks old to a cleaner of temporary files", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  using store = new SqliteStore(path);
  const files = ["", "-wal", "-shm"].map((suffix) => path + suffix);
  const tenDaysAgo = new Date(Date.now() - 10 * 86_400_000);
  for (const file of files) Deno.utimeSync(file, tenDaysAgo, tenDaysAgo);
  new Tracker(store).apply(prompt());
  for (const file of files) {
    const { mtime } = Deno.statSync(file);
    assert(mtime! > new Date(Date.now() - 60_000), file);
  }
});

Deno.test("SPEC 9: only the owner may read the files that SqliteStore creates", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  using store = new SqliteStore(path);
  new Tracker(store).apply(prompt());
  for (const suffix of ["", "-wal", "-shm"]) {
    assertEquals(Deno.statSync(path + suffix).mode! & 0o777, 0o600, suffix);
  }
});
