import { assertEquals } from "@std/assert";
import { query, records } from "../support/database.ts";
import { logOf } from "../support/envelope.ts";
import { execute } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";
import { change, FIRST, OTHER, SECOND } from "./changed.ts";
import { mountShell, mountTest } from "./machine.ts";
import { type Exit, Running, turnCounter } from "./program.ts";
import { assertMessage } from "./messages.ts";

/** Asserts that the database is intact, and returns its prompts. */
function texts(db: string): unknown[] {
  assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]]);
  return records(db).map((row) => row.user_text);
}

/** Counts a turn in the same database by another program. */
async function countOther(dir: TempDir, db: string): Promise<void> {
  const log = dir.write("other.jsonl", logOf([OTHER]));
  const { code, stdout, stderr } = await turnCounter(
    ["--source", log, "--db", db],
  );
  assertEquals([code, stderr], [0, ""]);
  assertEquals(JSON.parse(stdout).user_text, "other");
}

/** Runs the program on one event, changes the files, and lets it end. */
async function changeLast(
  dir: TempDir,
  work: (db: string) => unknown,
): Promise<Exit> {
  const db = dir.file("turns.db");
  await using program = Running.start(["--db", db]);
  await program.write(logOf([FIRST]));
  await program.line();
  await work(db);
  return await program.end();
}

for (const args of [[], ["--follow"]]) {
  const mode = args[0] ?? "live";
  Deno.test(`systemd#30760: a program without its -shm stops before it reuses an id (${mode})`, async () => {
    using dir = new TempDir();
    const db = dir.file("turns.db");
    const stderr = await change(dir, args, async () => {
      Deno.removeSync(`${db}-shm`);
      await countOther(dir, db);
      execute(db, "UPDATE turns SET user_text = 'edited' WHERE sid = 'other'");
    });
    assertMessage(stderr, db, "-shm", "start again", "; ");
    assertEquals(texts(db), ["first", "edited"]);
    const log = dir.write("log", logOf([FIRST, SECOND]));
    const again = await turnCounter(["--source", log, "--db", db]);
    assertEquals([again.code, again.stderr], [0, ""]);
    assertEquals(texts(db), ["first", "edited", "second"]);
  });
}

Deno.test("systemd#30760: a deleted -shm is a failure without a loss if no other program writes", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const remove = () => Deno.removeSync(`${db}-shm`);
  assertMessage(await change(dir, [], remove), db, "-shm", "; ");
  assertEquals(texts(db), ["first"]);
});

Deno.test("systemd#30760: a program that ends without its -shm keeps the changes of others", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const exit = await changeLast(dir, async () => {
    Deno.removeSync(`${db}-shm`);
    await countOther(dir, db);
    execute(db, "UPDATE turns SET user_text = 'edited'");
  });
  assertEquals(exit, { code: 0, signal: null, stderr: "" });
  assertEquals(texts(db), ["edited", "edited"]);
});

Deno.test("systemd#30760: a deleted -wal is a failure, and every emitted turn is in the database", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const remove = () => Deno.removeSync(`${db}-wal`);
  assertMessage(await change(dir, [], remove), db, "-wal", "; ");
  assertEquals(texts(db), ["first"]);
  assertEquals((await changeLast(dir, remove)).code, 0);
  assertEquals(texts(db), ["first"]);
});

Deno.test("systemd#30760: a program with a replaced -wal stops, or reports a possible loss", async () => {
  for (const stops of [false, true]) {
    using dir = new TempDir();
    const db = dir.file("turns.db");
    const replace = async () => {
      Deno.removeSync(`${db}-wal`);
      Deno.removeSync(`${db}-shm`);
      await countOther(dir, db);
    };
    const stderr = stops
      ? await change(dir, [], replace)
      : (await changeLast(dir, replace)).stderr;
    assertMessage(stderr, db, "-wal", "read the log again", "; ");
    const log = dir.write("log", logOf([FIRST, SECOND]));
    await turnCounter(["--source", log, "--db", db]);
    assertEquals(texts(db).toSorted(), ["first", "other", "second"]);
  }
});

Deno.test("systemd#30760: a hard link made while the database is in use is a failure without a loss", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const link = () => Deno.linkSync(db, dir.file("second.db"));
  const stderr = await change(dir, [], link);
  assertMessage(stderr, db, "second name", "; ");
  assertEquals(texts(db), ["first"]);
});

Deno.test("systemd#30760: a database with a second hard link at the start is refused, untouched", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  await turnCounter(["--db", db], { stdin: logOf([FIRST]) });
  Deno.linkSync(db, dir.file("second.db"));
  const before = Deno.readFileSync(db);
  for (const path of [db, dir.file("second.db")]) {
    const { code, stdout, stderr } = await turnCounter(["--db", path], {
      stdin: logOf([SECOND]),
    });
    assertEquals([code, stdout], [1, ""]);
    assertMessage(stderr, path, "second name", "; ");
  }
  assertEquals(Deno.readFileSync(db), before);
});

mountTest(
  "systemd#30760: a database mounted without its directory is refused, also by status",
  async () => {
    using dir = new TempDir();
    Deno.mkdirSync(dir.file("real"));
    Deno.mkdirSync(dir.file("a b\\c"));
    const [real, alone] = [
      dir.file("real/turns.db"),
      dir.file("a b\\c/turns.db"),
    ];
    dir.write("a b\\c/turns.db", "");
    await turnCounter(["--db", real], { stdin: logOf([FIRST]) });
    const log = dir.write("log.jsonl", logOf([SECOND]));
    for (const args of ['--source "$LOG"', "status"]) {
      const { code, stdout, stderr } = await mountShell(
        `mount --bind "$REAL" "$ALONE" && "$@" ${args} --db "$ALONE"`,
        { REAL: real, ALONE: alone, LOG: log },
      );
      assertEquals([code, stdout], [1, ""]);
      assertMessage(stderr, "turns.db", "mounted alone", "; ");
    }
    // It may be mounted anywhere together with its directory.
    const { code, stderr } = await mountShell(
      `mount --bind "$(dirname "$REAL")" "$(dirname "$ALONE")" &&
      "$@" --source "$LOG" --db "$ALONE"`,
      { REAL: real, ALONE: alone, LOG: log },
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals(texts(real), ["first", "second"]);
  },
);
