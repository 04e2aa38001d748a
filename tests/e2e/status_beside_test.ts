import { assertEquals } from "@std/assert";
import { readReport } from "../../src/status/report.ts";
import { query } from "../support/database.ts";
import { answer, at, lineOf, prompt } from "../support/envelope.ts";
import { listing } from "../support/listing.ts";
import { TempDir } from "../support/temp.ts";
import { Running } from "./program.ts";

const QUESTION = lineOf(prompt({ t: at(0) })) + "\n";
const ANSWER = lineOf(answer({ t: at(1) })) + "\n";

/** The files that a reader must not change; the -shm contains the readers' locks. */
function untouched(dir: TempDir): unknown {
  const { "turns.db-shm": shm, ...files } = listing(dir.path);
  return [shm.slice(0, 2), files];
}

Deno.test("status reads the database of a running program without disturbing it", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  await using program = Running.start(["--db", db]);
  await program.write(QUESTION);
  await program.line();
  const before = untouched(dir);
  assertEquals((await readReport(db)).byStatus.waiting_response, 1);
  assertEquals(untouched(dir), before);

  await program.write(ANSWER);
  assertEquals(JSON.parse((await program.line())!).status, "completed");
  assertEquals((await readReport(db)).byStatus.completed, 1);
  assertEquals(await program.end(), { code: 0, signal: null, stderr: "" });
  // The program closed the database cleanly.
  assertEquals(Object.keys(listing(dir.path)), ["turns.db"]);
  assertEquals((await readReport(db)).turns, 1);
  assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]]);
});

Deno.test("status changes no file of a program that was killed", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  await using program = Running.start(["--db", db]);
  await program.write(QUESTION);
  await program.line();
  program.kill("SIGKILL");
  await program.exit();
  const before = listing(dir.path);
  assertEquals(Object.keys(before), [
    "turns.db",
    "turns.db-shm",
    "turns.db-wal",
  ]);
  assertEquals((await readReport(db)).turns, 1);
  assertEquals(listing(dir.path), before);

  // A copy may lack the -shm, which is only an index of the -wal.
  Deno.removeSync(`${db}-shm`);
  assertEquals((await readReport(db)).turns, 1);
  const { "turns.db-shm": [mode], ...files } = listing(dir.path);
  assertEquals(mode, 0o600);
  const { "turns.db-shm": _, ...others } = before;
  assertEquals(files, others);
});

Deno.test("status shows how far a followed file was read, and how much is unread", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const log = dir.write("log.jsonl", QUESTION);
  await using program = Running.start([
    ...["--source", log, "--follow", "--db", db],
  ]);
  await program.line();
  program.kill("SIGTERM");
  assertEquals((await program.exit()).code, 0);
  const state = async () =>
    (await readReport(db)).files.map((file) => [
      ...[file.path, file.state, file.readBytes, file.lagBytes],
    ]);
  const path = Deno.realPathSync(log);
  const read = QUESTION.length;
  assertEquals(await state(), [[path, "current", read, 0]]);
  Deno.writeTextFileSync(log, ANSWER, { append: true });
  assertEquals(await state(), [[path, "current", read, ANSWER.length]]);
  Deno.renameSync(log, `${log}.1`);
  assertEquals(await state(), [[path, "missing", read, null]]);
  Deno.writeTextFileSync(log, "");
  assertEquals(await state(), [[path, "rotated", read, null]]);

  await using next = Running.start([
    ...["--source", log, "--follow", "--db", db],
  ]);
  await next.line();
  next.kill("SIGTERM");
  await next.exit();
  assertEquals(await state(), [[path, "current", 0, 0]]);
});

Deno.test("status is always consistent while programs start and end", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const first = Running.start(["--db", db]);
  await first.end();
  let isOver = false;
  const writers = async () => {
    for (let i = 0; i < 12; i++) {
      await using program = Running.start(["--db", db]);
      for (let j = 0; j < 20; j++) {
        await program.write(
          lineOf(prompt({ sid: `${i} ${j}`, t: at(i * 20 + j) })) + "\n",
        );
        await program.line();
      }
      // Some close the database, some are killed.
      if (i % 3 === 0) program.kill("SIGKILL");
      else assertEquals((await program.end()).stderr, "");
    }
    isOver = true;
  };
  const written = writers();
  let last = 0;
  let reads = 0;
  while (!isOver) {
    const { turns, byStatus, sessions, lastTurns } = await readReport(db);
    assertEquals([byStatus.waiting_response, sessions], [turns, turns]);
    assertEquals(lastTurns[0]?.id ?? 0, turns);
    assertEquals(turns >= last, true);
    last = turns;
    reads++;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await written;
  assertEquals((await readReport(db)).turns, 240);
  assertEquals(reads > 12, true);
  assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]]);
});
