import { assert, assertEquals } from "@std/assert";
import { logPieces } from "../../tools/gen_log/log_generator.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { contents, fold, query, records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { LivePipe, turnCounter } from "./program.ts";

const SEED = 7;
const EVENTS = 100_000;

Deno.test(`SPEC 4: a pipe of ${EVENTS} events, killed twice, equals one batch run (seed ${SEED})`, async () => {
  using dir = new TempDir();
  const random = new Random(SEED);
  const options = { seed: SEED, events: EVENTS, variants: 0.1 };
  const whole = [...logPieces({ ...options, torn: 1e-3, duplicates: 1e-3 })]
    .join("");
  const batch = dir.file("batch.db");
  const source = dir.write("whole.jsonl", whole);
  const { code, stdout } = await turnCounter([
    "--source",
    source,
    "--db",
    batch,
  ]);
  assertEquals(code, 0);
  const turns = records(batch);
  assert(turns.length > 400);
  assertEquals(fold(stdout), turns);

  const log = dir.write("log.jsonl", "");
  const db = dir.file("live.db");
  const args = ["--db", db, "--quiet"];
  let written = 0;
  let stream = "";
  for (const run of [1, 2, 3]) {
    await using live = await LivePipe.follow(log, args);
    // The last run reads the log to its end.
    const goal = Math.floor(whole.length * run / 3);
    while (written < goal) {
      const size = random.between(1, 400_000);
      const piece = whole.slice(written, Math.min(goal, written + size));
      await Deno.writeTextFile(log, piece, { append: true });
      written += piece.length;
      stream += (await live.line() ?? "") + "\n";
    }
    if (run < 3) live.kill("SIGKILL");
    else while (!isComplete(db, batch)) stream += await live.line() + "\n";
  }
  assertEquals(contents(db), contents(batch));

  const again = await turnCounter(["--source", log, ...args]);
  assertEquals(contents(db), contents(batch));
  assertEquals(fold(stream + again.stdout), turns);
});

/** Whether a database has applied as many events as another. */
function isComplete(path: string, other: string): boolean {
  const count = (path: string) =>
    query(
      path,
      "SELECT count(*) FROM turns UNION ALL SELECT count(*) FROM answers",
    );
  return String(count(path)) === String(count(other));
}
