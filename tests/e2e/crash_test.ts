import { assert, assertEquals } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { contents, fold, records } from "../support/database.ts";
import { answer, at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { Running, turnCounter } from "./program.ts";

Deno.test("SPEC 4: kill -9 between any two events loses nothing, from any restart point", async () => {
  const seed = 4;
  console.log(`  seed ${seed}`);
  const random = new Random(seed);
  using dir = new TempDir();
  const events = Array.from({ length: 200 }, (_, i) => {
    const fields = { sid: `s${random.below(3)}`, pid: random.below(3) };
    return i < 9 || random.chance(0.5)
      ? prompt({ ...fields, t: at(i) })
      : answer({ ...fields, t: at(i), turnId: null });
  });
  const once = dir.file("once.db");
  await turnCounter([
    "--source",
    dir.write("log", logOf(events)),
    "--db",
    once,
  ]);

  const db = dir.file("killed.db");
  let stream = "";
  let start = 0;
  for (let kills = 0; start < events.length; kills++) {
    const stop = Math.min(events.length, start + random.between(10, 60));
    await using program = Running.start(["--db", db, "--synchronous", "off"]);
    const from = random.below(start + 1);
    const part = events.slice(from, stop);
    await program.write(
      logOf(part) + lineOf(prompt()).slice(0, random.below(90)),
    );
    // Kill it anywhere in the part, usually while it processes an event.
    const toRead = random.below(part.length);
    for (let i = 0; i < toRead; i++) {
      const line = await program.line();
      stream += `${line}\n`;
    }
    program.kill("SIGKILL");
    assertEquals((await program.exit()).signal, "SIGKILL");
    // Every emitted record has its row in the database.
    const rows = records(db);
    for (const record of fold(stream)) {
      const row = rows[record.turn_id_glob as number - 1];
      assert(row !== undefined, `turn ${record.turn_id_glob} was lost`);
    }
    // An event has at most two records, so these events were processed.
    start = Math.max(start, from + Math.floor(toRead / 2));
    if (kills > 30) start = events.length;
  }
  const log = dir.file("log");
  stream += (await turnCounter(["--source", log, "--db", db])).stdout;
  assertEquals(contents(db), contents(once));
  assertEquals(fold(stream), records(db));
});
