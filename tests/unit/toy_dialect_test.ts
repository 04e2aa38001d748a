import { assertEquals } from "@std/assert";
import { Delivery } from "../../src/delivery/delivery.ts";
import { DIALECTS } from "../../src/dialect/dialects.ts";
import { TurnOutput } from "../../src/output/turn_output.ts";
import { run } from "../../src/run.ts";
import {
  SYSTEM_CLOCK,
  SystemWatcher,
} from "../../src/source/follow/change_watcher.ts";
import { FollowedLog } from "../../src/source/follow/followed_log.ts";
import { Follower } from "../../src/source/follow/follower.ts";
import { openSource } from "../../src/source/source.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { noCounts } from "../../src/turns/counts.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { fold, records } from "../support/database.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { toy } from "../support/toy_dialect.ts";

/**
 * Counts the turns of logs, and gives the stream and what is rejected.
 *
 * @param lines Follows the one log until it has so many lines.
 */
async function countTurns(logs: string[], db: string, lines = 0) {
  using store = new SqliteStore(db, { synchronous: "off" });
  const stopper = new AbortController();
  let stream = "";
  const rejected: string[] = [];
  const delivery = new Delivery({
    store,
    tracker: new Tracker(store),
    output: new TurnOutput(),
    sink: {
      write(bytes) {
        stream += new TextDecoder().decode(bytes);
        const isEnough = lines > 0 && stream.split("\n").length > lines;
        if (isEnough) stopper.abort();
        return Promise.resolve();
      },
      check() {},
    },
    deadLetter: null,
    observer: {
      describe: () => null,
      report() {},
      rejected(...what) {
        rejected.push(what.join());
        stopper.abort();
      },
    },
    counts: noCounts(),
  }, { skipReplayed: false });
  const follow = (log: string) =>
    new Follower(log, [(reading) =>
      new FollowedLog(log, {
        checkpoints: store,
        report: (message) => rejected.push(message),
        damaged: (_, reason) => rejected.push(reason),
        clock: SYSTEM_CLOCK,
        watcher: new SystemWatcher(),
      }, reading)], SYSTEM_CLOCK);
  const sources = await Promise.all(
    logs.map((log) => lines > 0 ? follow(log) : openSource(log, () => {})),
  );
  const options = { maxLineBytes: 1000 };
  await run(sources, delivery, options, stopper.signal);
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

Deno.test({
  name:
    "a followed file's decoder resumes with what it remembered before a restart",
  // A follower keeps its files until the process ends.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    using dir = new TempDir();
    const log = dir.write(
      "toy.log",
      "session s1\nask 2026-01-02T03:04:05Z a\n",
    );
    DIALECTS.push(toy);
    try {
      const db = dir.file("turns.db");
      await countTurns([log], db, 1);
      // Only the first line names the session.
      const rest = "ask 2026-01-02T03:04:06Z b\nask 2026-01-02T03:04:07Z c\n";
      Deno.writeTextFileSync(log, rest, { append: true });
      const { rejected } = await countTurns([log], db, 4);
      assertEquals(rejected, []);
      const rows = records(db).map((row) => [row.sid, row.user_text]);
      assertEquals(rows, [["s1", "a"], ["s1", "b"], ["s1", "c"]]);
    } finally {
      DIALECTS.pop();
    }
  },
});
