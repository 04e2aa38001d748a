import { assertEquals } from "@std/assert";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { readSqliteStatus } from "../../src/store/sqlite/status.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { query } from "../support/database.ts";
import { answer, at, prompt } from "../support/envelope.ts";
import { execute } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";

/** Creates a database and applies events to it. */
function databaseOf(dir: TempDir, events: TurnEvent[]): string {
  const path = dir.file("turns.db");
  using store = new SqliteStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  store.transaction(() => events.forEach((event) => tracker.apply(event)));
  return path;
}

Deno.test("status shows values of any type from a database of version 0", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, [prompt(), answer()]);
  execute(
    path,
    `INSERT INTO turns (sid, pid, dedup_hash, status, start_time, duration_ms)
      VALUES ('s', 1, 1, 'completed', x'3132', 'long'),
        (x'ff', 1, 2, x'6162', x'61ff', 9e300)`,
  );
  const { durations, days, lastTurns } = readSqliteStatus(path, null);
  assertEquals(durations?.turns, 1);
  for (const { day } of days) assertEquals(typeof day, "string");
  assertEquals(
    lastTurns.map(({ status, startTime }) => [status, startTime]).slice(1),
    [["completed", "12"], ["completed", "2025-11-18T19:26:43.256"]],
  );
  assertEquals(lastTurns[0].status as string, "ab");
});

Deno.test("status changes nothing", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, [prompt(), answer({ t: at(1e6) })]);
  const before = Deno.readFileSync(path);
  readSqliteStatus(path, null);
  assertEquals(Deno.readFileSync(path), before);
  assertEquals([...Deno.readDirSync(dir.path)].length, 1);
  assertEquals(query(path, "PRAGMA integrity_check"), [["ok"]]);
});
