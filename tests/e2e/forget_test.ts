import { Database } from "@db/sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { contents, fold, query, records } from "../support/database.ts";
import { answer, at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { listing } from "../support/listing.ts";
import { TempDir } from "../support/temp.ts";
import { Follower } from "./follower.ts";
import { assertFails } from "./messages.ts";
import { turnCounter } from "./program.ts";

const SESSION = "testdata/claude/session.jsonl";
const GOLDEN = "testdata/golden.jsonl";

/** A database of the golden log and of a transcript. */
async function fill(dir: TempDir): Promise<string> {
  const db = dir.file("turns.db");
  const sources = [GOLDEN, SESSION].flatMap((path) => ["--source", path]);
  await turnCounter([...sources, "--db", db]);
  return db;
}

/** Which of the texts the files of a database hold. */
function textsIn(db: string, texts: string[]): string[] {
  const found = ["", "-wal", "-shm"].flatMap((suffix) => {
    try {
      const bytes = Deno.readTextFileSync(db + suffix);
      return texts.filter((text) => bytes.includes(text));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
  return [...new Set(found)];
}

/** The texts of turns that are long enough to be searched for. */
function textsOf(db: string): string[] {
  return records(db).flatMap(({ user_text, assistant_text, cwd }) =>
    [user_text, assistant_text, cwd] as string[]
  ).filter((text) => text?.length > 5);
}

Deno.test("turn-counter forget erases texts from all files of the database", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const texts = textsOf(db);
  assertEquals(textsIn(db, texts), [...new Set(texts)]);
  const before = records(db);
  const args = ["forget", "--older-than", "today", "--db", db];
  const { code, stdout, stderr } = await turnCounter(args);
  assertEquals([code, stdout, stderr], [0, "forgot 30 turns\n", ""]);
  assertEquals(textsIn(db, texts), []);
  const after = records(db);
  assertEquals(
    after,
    before.map((record) => ({
      ...{ ...record, user_text: null, cwd: null, outcome_reason: null },
      assistant_text: record.assistant_text === null ? null : "",
    })),
  );
  const again = await turnCounter(args);
  assertEquals(again.stdout, "forgot 0 turns; 30 forgotten before\n");
});

Deno.test("turn-counter does not bring texts back when it reads a log again", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const texts = textsOf(db);
  await turnCounter(["forget", "--older-than", "today", "--db", db]);
  const before = contents(db);
  for (const log of [GOLDEN, SESSION]) {
    const { stdout } = await turnCounter(["--source", log, "--db", db]);
    for (const { user_text, assistant_text } of fold(stdout)) {
      assertEquals([user_text, assistant_text || ""], [null, ""]);
    }
  }
  assertEquals(contents(db), before);
  assertEquals(textsIn(db, texts), []);
});

Deno.test("turn-counter forget --dry-run changes nothing", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const before = listing(dir.path);
  const { stdout } = await turnCounter([
    ...["forget", "--turn", "7", "--turn", "9", "--dry-run", "--db", db],
  ]);
  assertEquals(stdout, "would forget 2 turns\n");
  assertEquals(listing(dir.path), before);
});

Deno.test("turn-counter forget --session and --turn forget these turns only", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const sid = records(db)[29].sid as string;
  const forget = (...words: string[]) =>
    turnCounter(["forget", ...words, "--db", db]);
  const forgotten = () =>
    query<[number]>(
      db,
      "SELECT turn_id_glob FROM turns WHERE forgotten_ms > 0 ORDER BY 1",
    ).flat();
  assertEquals((await forget("--turn", "1")).stdout, "forgot 1 turn\n");
  assertEquals(forgotten(), [1]);
  const session = ["--session", sid];
  const { stdout } = await forget(...session, "--older-than", "2026-01-01");
  assertEquals(stdout, "forgot 0 turns\n");
  assertEquals((await forget(...session)).stdout, "forgot 7 turns\n");
  assertEquals(forgotten(), [1, 24, 25, 26, 27, 28, 29, 30]);
  const shown = await turnCounter(["show", "24", "--db", db]);
  assertStringIncludes(shown.stdout, "\nforgotten");
  const status = await turnCounter(["status", "--db", db]);
  assertStringIncludes(status.stdout, "turns         30  in ");
});

Deno.test("turn-counter forget names what is not there, and changes nothing, code 1", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const before = listing(dir.path);
  const forget = (...words: string[]) =>
    turnCounter(["forget", ...words, "--db", db]);
  assertFails(await forget("--turn", "1", "--turn", "99"), 1, "turn 99");
  assertFails(await forget("--session", "none"), 1, '"none"', "show ID");
  // A part of an id could be a mistake.
  assertFails(await forget("--session", "00000001"), 1, "0b5e55ed-0000");
  assertEquals(listing(dir.path), before);
  const none = ["forget", "--turn", "1", "--db", dir.file("none.db")];
  assertFails(await turnCounter(none), 1, "none.db", "is not there");
});

Deno.test("turn-counter forget works beside a follower, which writes no text of these turns", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const secret = (n: number) => `secret number ${n}`;
  const log = dir.write(
    "log.jsonl",
    logOf([prompt({ t: at(0), text: secret(0) })]),
  );
  await using follower = new Follower([
    ...["--source", log, "--follow", "--db", db],
  ]);
  await follower.emits(secret(0));
  const forget = ["forget", "--turn", "1", "--db", db];
  assertEquals((await turnCounter(forget)).stdout, "forgot 1 turn\n");
  assertEquals(textsIn(db, [secret(0)]), []);
  const append = (...events: Parameters<typeof lineOf>[0][]) =>
    Deno.writeTextFileSync(log, logOf(events), { append: true });
  append(
    answer({ t: at(1), text: secret(1) }),
    prompt({ t: at(2), text: "on" }),
  );
  await follower.emits("on");
  append(answer({ t: at(3), text: "done" }));
  await follower.emitsRecords(4);
  await follower.stop();
  assertEquals(fold(follower.lines.join("\n")), records(db));
  assertEquals(
    records(db).map((turn) => [
      ...[turn.user_text, turn.assistant_text, turn.status],
    ]),
    [[null, "", "completed"], ["on", "done", "completed"]],
  );
  assertEquals(textsIn(db, [secret(0), secret(1)]), []);
  assertEquals(textsIn(db, ["done"]), ["done"]);
});

Deno.test("turn-counter forget reports a reader that keeps what is erased, code 1", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const reader = new Database(db, { readonly: true });
  try {
    // It reads what was there before, as long as its transaction is open.
    const log = logOf([prompt({ sid: "new" })]);
    await turnCounter(["--db", db], { stdin: log });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM turns").value();
    const forget = ["forget", "--turn", "1", "--db", db];
    const ended = await turnCounter(forget);
    assertFails(ended, 1, "another program reads", "repeat this command");
    reader.exec("COMMIT");
    const again = await turnCounter(forget);
    assertEquals(again.stdout, "forgot 0 turns; 1 forgotten before\n");
    const wal = Deno.statSync(`${db}-wal`).size;
    assert(wal === 0, `${wal}`);
  } finally {
    reader.close();
  }
});
