import { assert, assertEquals } from "@std/assert";
import { NEXT, WRITER } from "../../src/store/sqlite/write_queue.ts";
import { FileLocks } from "../../src/system/lock.ts";
import { records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { Running, until } from "./program.ts";

/**
 * A program that waits to commit its second event, since this process holds the
 * database as another turn-counter does that was stopped while it wrote.
 */
async function startWaiting(db: string) {
  const program = Running.start(["--db", db]);
  await program.write(logOf([prompt({ t: at(1) })]));
  await program.line();
  const locks = new FileLocks(db);
  await until(() => locks.tryLock(WRITER), "the lock of the writer");
  await program.write(logOf([prompt({ t: at(2) })]));
  await until(() => {
    const isFree = locks.tryLock(NEXT);
    if (isFree) locks.unlock(NEXT);
    return !isFree;
  }, "a program that waits to write");
  return { program, locks };
}

function sentence(db: string): string {
  return `turn-counter: stopped while another turn-counter was writing "${db}"; committed events are in the database, read the log again for the rest\n`;
}

Deno.test("SPEC 8: SIGTERM while another process writes the database says so, after a while", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const { program, locks } = await startWaiting(db);
  await using _ = program;
  program.kill("SIGTERM");
  const { code, stderr } = await program.exit();
  locks[Symbol.dispose]();
  // The wait may have been reported before.
  assertEquals([code, stderr.endsWith(sentence(db))], [1, true], stderr);
  assertEquals(records(db).length, 1);
});

Deno.test("SPEC 8: a second signal after a second ends a program that waits for another writer", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const { program, locks } = await startWaiting(db);
  await using _ = program;
  const start = performance.now();
  program.kill("SIGTERM");
  const again = setInterval(() => program.kill("SIGINT"), 100);
  const { code, stderr } = await program.exit();
  clearInterval(again);
  locks[Symbol.dispose]();
  assert(performance.now() - start < 4000);
  assertEquals([code, stderr], [1, sentence(db)]);
});

Deno.test("SPEC 8: SIGTERM waits for another writer, then commits the events in hand", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const { program, locks } = await startWaiting(db);
  await using _ = program;
  program.kill("SIGTERM");
  program.kill("SIGTERM");
  locks.unlock(WRITER);
  const { code, stderr } = await program.exit();
  locks[Symbol.dispose]();
  assertEquals([code, stderr], [0, ""]);
  assertEquals(records(db).length, 2);
});
