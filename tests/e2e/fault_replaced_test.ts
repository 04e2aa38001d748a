import { assertEquals } from "@std/assert";
import { contents, query, records } from "../support/database.ts";
import { at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { change, FIRST, OTHER, SECOND } from "./changed.ts";
import { mountShell, mountTest } from "./machine.ts";
import { Running, turnCounter } from "./program.ts";
import { assertFails, assertMessage } from "./messages.ts";

for (const mode of ["live", "follow"]) {
  const args = mode === "follow" ? ["--follow"] : [];

  for (const suffixes of [[""], ["", "-wal", "-shm"]]) {
    const files = suffixes.length > 1 ? "with -wal and -shm" : "alone";
    Deno.test(`SPEC 8: a database deleted ${files} while the program runs is a failure (${mode})`, async () => {
      using dir = new TempDir();
      const stderr = await change(dir, args, (db) => {
        for (const suffix of suffixes) Deno.removeSync(db + suffix);
      });
      const db = dir.file("turns.db");
      assertMessage(stderr, db, "deleted or replaced while", "; ");
      // A restart creates a new database, even if old -wal and -shm files exist.
      const log = dir.write("log", logOf([FIRST, SECOND]));
      const again = await turnCounter(["--source", log, "--db", db]);
      assertEquals([again.code, again.stderr], [0, ""]);
      await turnCounter(["--source", log, "--db", dir.file("once.db")]);
      assertEquals(contents(db), contents(dir.file("once.db")));
    });
  }
}

for (
  const [when, args, stops] of [
    ["live", [], false],
    ["follow", ["--follow"], false],
    ["at its end", [], true],
  ] as const
) {
  Deno.test(`SPEC 8: a database that replaces the open one is not changed (${when})`, async () => {
    using dir = new TempDir();
    const other = dir.file("other.db");
    const log = dir.write("other.jsonl", logOf([OTHER]));
    await turnCounter(["--source", log, "--db", other]);
    const [rows, bytes] = [contents(other), Deno.readFileSync(other)];
    const replace = (db: string) => {
      Deno.linkSync(db, dir.file("kept.db"));
      Deno.renameSync(other, db);
    };
    const db = dir.file("turns.db");
    if (stops) {
      await using program = Running.start(["--db", db]);
      await program.write(logOf([FIRST]));
      await program.line();
      replace(db);
      // There is nothing more to commit, so this is not a failure.
      assertEquals(await program.end(), { code: 0, signal: null, stderr: "" });
    } else {
      const stderr = await change(dir, [...args], replace);
      assertMessage(stderr, db, "deleted or replaced while", "; ");
    }
    assertEquals(Deno.readFileSync(db), bytes);
    // The commits are in the replaced file, and only there.
    const kept = records(dir.file("kept.db"));
    assertEquals(kept.map((row) => row.user_text), ["first"]);
    assertEquals(contents(db), rows);
    const again = await turnCounter(["--source", log, "--db", db]);
    assertEquals([again.code, again.stderr], [0, ""]);
    assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]]);
    assertEquals(contents(db), rows);
  });
}

Deno.test("SPEC 8: a moved directory of the database is a failure of the running program", async () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.file("place"));
  const db = dir.file("place/turns.db");
  await using program = Running.start(["--db", db]);
  await program.write(logOf([FIRST]));
  await program.line();
  Deno.renameSync(dir.file("place"), dir.file("elsewhere"));
  await program.write(logOf([SECOND]));
  assertEquals(await program.line(), undefined);
  const { code, stderr } = await program.exit();
  assertEquals(code, 1);
  assertMessage(stderr, db, "deleted or replaced while", "; ");
  const rows = records(dir.file("elsewhere/turns.db"));
  assertEquals(rows.map((row) => row.user_text), ["first"]);
});

Deno.test("SPEC 8: a database truncated while the program runs is a failure, or fully restored", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  await using program = Running.start(["--db", db]);
  await program.write(logOf([FIRST]));
  await program.line();
  Deno.truncateSync(db, 0);
  await program.write(logOf([SECOND]));
  const { code, stderr } = await program.end();
  if (code !== 0) return assertMessage(stderr, db, "; ");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]]);
  const texts = records(db).map((row) => row.user_text);
  assertEquals(texts, ["first", "second"]);
});

mountTest(
  "SPEC 8: a database moved away on a full disk is a failure",
  async () => {
    using dir = new TempDir();
    const events = Array.from(
      { length: 6 },
      (_, i) => prompt({ sid: `s${i}`, t: at(i) }),
    );
    Deno.mkdirSync(dir.file("small"));
    const ended = await mountShell(
      `mount -t tmpfs -o size=2m tmpfs "$SMALL" && mkfifo "$FIFO" &&
      { "$@" --db "$SMALL/turns.db" <"$FIFO" >"$OUT" & } && exec 5>"$FIFO" &&
      cat "$LOG" >&5 && until [ "$(wc -l <"$OUT")" -ge 6 ]; do sleep 0.01; done
      head -c 4M /dev/zero >"$SMALL/rest" 2>/dev/null
      mv "$SMALL/turns.db" "$SMALL/moved.db" && echo "$LINE" >&5 && wait %1`,
      {
        SMALL: dir.file("small"),
        FIFO: dir.file("fifo"),
        OUT: dir.file("out"),
        LOG: dir.write("log.jsonl", logOf(events)),
        LINE: lineOf(SECOND),
      },
    );
    assertFails(ended, 1, "small/turns.db", "deleted or replaced while", "; ");
  },
);
