import { Database } from "@db/sqlite";
import { assert, assertEquals } from "@std/assert";
import { contents, query, records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { createSeed } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";
import { run, Running, turnCounter, within } from "./program.ts";
import { assertFails } from "./messages.ts";

const FIRST = prompt({ text: "first", t: at(0) });
const SECOND = prompt({ text: "second", t: at(5) });

/** Another connection that holds a lock until it is disposed. */
class Lock implements Disposable {
  #db: Database;

  constructor(path: string, sql: string) {
    this.#db = new Database(path);
    this.#db.exec(sql);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

Deno.test("SPEC 8: a database that another program keeps locked is a failure in every phase", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", logOf([FIRST]));
  const names = ["live", "follow", "first event", "exclusive", "upgrade"];
  const paths = names.map((name) => dir.file(`${name}.db`));
  const [live, follow, ...others] = paths;
  const [first, exclusive, upgrade] = others;
  await using program = Running.start(["--db", live]);
  await program.write(logOf([FIRST]));
  await program.line();
  await using follower = Running.start(
    ["--source", log, "--follow", "--db", follow],
  );
  await follower.line();
  for (const path of [first, exclusive]) await turnCounter(["--db", path]);
  createSeed(upgrade, 3);
  const before = paths.map((path) => query(path, "SELECT * FROM turns"));

  const locks = paths.map((path) =>
    new Lock(
      path,
      path === exclusive
        ? `PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;
          UPDATE sqlite_sequence SET seq = seq; COMMIT`
        : "BEGIN IMMEDIATE",
    )
  );
  await program.write(logOf([SECOND]));
  // Not an event of a turn, so that only the position changes.
  Deno.writeTextFileSync(log, '{"event":"turn.delta"}\n', { append: true });
  const ends = await Promise.all([
    ...[program, follower].map(async (running) => {
      return { ...await running.exit(), stdout: "" };
    }),
    ...others.map((path) =>
      turnCounter(["--db", path], { stdin: logOf([FIRST]) })
    ),
  ]);
  for (const lock of locks) lock[Symbol.dispose]();
  ends.forEach((ended, i) => assertFails(ended, 1, paths[i], "locked", "; "));
  for (const [i, path] of paths.entries()) {
    assertEquals(query(path, "SELECT * FROM turns"), before[i]);
    assertEquals(query(path, "PRAGMA integrity_check"), [["ok"]]);
  }
});

Deno.test("SPEC 8: turn-counter waits for a lock that ends within the busy timeout", async () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  await using program = Running.start(["--db", path]);
  await program.write(logOf([FIRST]));
  await program.line();
  const lock = new Lock(path, "BEGIN IMMEDIATE");
  await program.write(logOf([SECOND]));
  let isWaiting = true;
  const first = program.line().then((line) => (isWaiting = false, line));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert(isWaiting);
  lock[Symbol.dispose]();
  assertEquals(JSON.parse((await first)!).status, "orphaned");
  assertEquals(JSON.parse((await program.line())!).user_text, "second");
  assertEquals(await program.end(), { code: 0, signal: null, stderr: "" });
});

Deno.test("SPEC 5: a reader with a long transaction does not block writes", async () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const events = Array.from(
    { length: 300 },
    (_, i) => prompt({ t: at(i + 1) }),
  );
  const log = dir.write("log.jsonl", logOf(events));
  await turnCounter(["--db", path], { stdin: logOf([FIRST]) });
  const reader = new Database(path);
  reader.exec("BEGIN");
  const count = () => reader.prepare("SELECT count(*) FROM turns").value();
  assertEquals(count(), [1]);
  const ended = await turnCounter(
    ["--source", log, "--db", path, "--synchronous", "off"],
  );
  assertEquals([ended.code, ended.stderr], [0, ""]);
  assertEquals(count(), [1]);
  reader.exec("COMMIT");
  assertEquals(count(), [301]);
  reader.close();
  assertEquals(query(path, "PRAGMA integrity_check"), [["ok"]]);
});

for (const mode of ["live", "follow"]) {
  Deno.test(`SPEC 5: sqlite3 can query the database repeatedly while the program runs (${mode})`, async () => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    const log = dir.write("log.jsonl", "");
    const args = mode === "follow" ? ["--source", log, "--follow"] : [];
    await using program = Running.start([...args, "--db", path]);
    const events = Array.from({ length: 20 }, (_, i) => prompt({ t: at(i) }));
    let wal: number | null = null;
    for (const [i, event] of events.entries()) {
      const line = logOf([event]);
      if (mode === "live") await program.write(line);
      else await Deno.writeTextFile(log, line, { append: true });
      while (JSON.parse((await program.line())!).turn_id_glob !== i + 1);
      // The last connection to close would delete the write-ahead log.
      const sql = "SELECT count(*) FROM turns";
      const queried = await within(run(["sqlite3", path, sql]), "sqlite3");
      assertEquals(queried, { code: 0, stdout: `${i + 1}\n`, stderr: "" });
      const { ino } = Deno.statSync(`${path}-wal`);
      wal ??= ino;
      assertEquals(ino, wal, "the write-ahead log was deleted");
    }
    program.kill("SIGTERM");
    assertEquals(await program.exit(), { code: 0, signal: null, stderr: "" });
    assertEquals(query(path, "PRAGMA integrity_check"), [["ok"]]);
    const once = dir.file("once.db");
    await turnCounter(["--db", once], { stdin: logOf(events) });
    assertEquals(contents(path), contents(once));
    assertEquals(records(path).length, events.length);
  });
}
