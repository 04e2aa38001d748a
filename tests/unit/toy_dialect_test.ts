import { assertEquals } from "@std/assert";
import { Delivery } from "../../src/delivery.ts";
import { DIALECTS } from "../../src/dialect/dialects.ts";
import { TurnOutput } from "../../src/output/turn_output.ts";
import { run } from "../../src/run.ts";
import { openSource } from "../../src/source/source.ts";
import { openStore } from "../../src/store/open.ts";
import { noCounts } from "../../src/turns/counts.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { fold, records } from "../support/database.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { toy } from "../support/toy_dialect.ts";

/** Counts the turns of logs, and gives the stream and what is rejected. */
async function countTurns(logs: string[], db: string) {
  using store = openStore(db, { synchronous: "off" });
  let stream = "";
  const rejected: string[] = [];
  const delivery = new Delivery({
    store,
    tracker: new Tracker(store),
    output: new TurnOutput(),
    sink: {
      write(bytes) {
        stream += new TextDecoder().decode(bytes);
        return Promise.resolve();
      },
      check() {},
    },
    deadLetter: null,
    observer: {
      describe: () => null,
      report() {},
      rejected: (...what) => rejected.push(what.join()),
    },
    counts: noCounts(),
  }, { skipReplayed: false });
  const sources = await Promise.all(
    logs.map((log) => openSource(log, () => {})),
  );
  const options = { maxLineBytes: 1000 };
  await run(sources, delivery, options, new AbortController().signal);
  return { stream, rejected };
}

Deno.test("a new dialect needs only its module and an entry in the table", async () => {
  using dir = new TempDir();
  const log = dir.write(
    "toy.log",
    "session s1\nask 2026-01-02T03:04:05Z hi\nnoise\nanswer 2026-01-02T03:04:07Z yo\n",
  );
  const other = dir.write("sse.jsonl", lineOf(prompt({ sid: "s2" })) + "\n");
  DIALECTS.push(toy);
  try {
    const db = dir.file("turns.db");
    const { stream, rejected } = await countTurns([log, other], db);
    const rows = fold(stream).map((
      row,
    ) => [row.sid, row.user_text, row.assistant_text, row.duration_ms]);
    assertEquals(rows, [["s1", "hi", "yo", 2000], ["s2", "hello", null, null]]);
    assertEquals(fold(stream), records(db));
    assertEquals(rejected, []);
  } finally {
    DIALECTS.pop();
  }
});
