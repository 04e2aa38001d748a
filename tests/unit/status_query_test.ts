import { NOTHING } from "../../src/turns/checkpoint.ts";
import { Database } from "@db/sqlite";
import { assert, assertEquals } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { identityOf } from "../../src/source/follow/scan.ts";
import {
  MOST_DURATIONS,
  readStatus,
  STATUS_SQL,
} from "../../src/store/sqlite/status.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { query } from "../support/database.ts";
import { answer, at, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";

/** A database to which events were applied. */
function databaseOf(dir: TempDir, events: TurnEvent[]): string {
  const path = dir.file("turns.db");
  using store = new SqliteStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  store.transaction(() => events.forEach((event) => tracker.apply(event)));
  return path;
}

/** Changes a database by hand. */
function execute(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

Deno.test("status of an empty database is nothing of everything", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, []);
  const before = Date.now();
  const { readMs, ...status } = readStatus(path);
  assert(readMs >= before && readMs <= Date.now());
  assertEquals(status, {
    database: path,
    turns: 0,
    byStatus: { completed: 0, orphaned: 0, waiting_response: 0 },
    sessions: 0,
    durations: null,
    days: [],
    lastTurns: [],
    files: [],
  });
});

Deno.test("status counts turns by what became of them, and sessions", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, [
    prompt({ sid: "a", t: at(0) }),
    answer({ sid: "a", t: at(10) }),
    prompt({ sid: "a", t: at(20) }),
    prompt({ sid: "a", t: at(30) }),
    answer({ sid: "a", t: at(31) }),
    prompt({ sid: "b", pid: 1, t: at(40) }),
    prompt({ sid: "b", pid: 2, t: at(50) }),
    prompt({ sid: "c", t: at(60) }),
  ]);
  const { turns, byStatus, sessions, durations } = readStatus(path);
  assertEquals([turns, sessions], [6, 3]);
  assertEquals(byStatus, { completed: 2, orphaned: 1, waiting_response: 3 });
  assertEquals(durations, {
    turns: 2,
    median: 1000,
    p95: 10_000,
    longest: 10_000,
  });
});

Deno.test("status looks at the durations of the last completed turns only", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, []);
  // The first took longest, and every other one is not completed.
  execute(
    path,
    `
    WITH RECURSIVE n (i) AS
      (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${
      2 * MOST_DURATIONS + 2
    })
    INSERT INTO turns (sid, pid, dedup_hash, status, duration_ms)
      SELECT 's', 1, i, iif(i % 2, 'completed', 'orphaned'),
        iif(i % 2, ${MOST_DURATIONS} - i / 2, 1e9) FROM n`,
  );
  const { durations, byStatus } = readStatus(path);
  assertEquals(byStatus.completed, MOST_DURATIONS + 1);
  assertEquals(durations, {
    turns: MOST_DURATIONS,
    median: MOST_DURATIONS / 2 - 1,
    p95: 0.95 * MOST_DURATIONS - 1,
    longest: MOST_DURATIONS - 1,
  });
});

Deno.test("status counts the turns of the last 14 days that have any", () => {
  using dir = new TempDir();
  const day = 86_400;
  // Twenty days, with a gap; of one of them the first and the last moment.
  const days = Array.from({ length: 20 }, (_, i) => i < 15 ? i : i + 100);
  const noon = day / 2;
  const path = databaseOf(dir, [
    ...days.map((n) => prompt({ sid: `s${n}`, t: at(n * day) })),
    prompt({ sid: "first", t: at(10 * day - noon) }),
    prompt({ sid: "last", t: at(11 * day - noon - 0.001) }),
    // The day is the one that the text names.
    prompt({ sid: "zone", t: "2025-11-28 23:59:59-05:00" }),
  ]);
  const expected = days.slice(-14).map((n) => ({
    day: at(n * day).slice(0, 10),
    turns: n === 10 ? 4 : 1,
  }));
  assertEquals(readStatus(path).days, expected);
});

Deno.test("status tells of the turns minted last, the newest first", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, [
    ...Array.from({ length: 12 }, (_, i) => prompt({ sid: `s${i}`, t: at(i) })),
    // Older, but minted later.
    prompt({ sid: "s\0old", text: "\ufeffa\0b", t: at(-100) }),
  ]);
  const { lastTurns } = readStatus(path);
  assertEquals(lastTurns.map(({ id }) => id), [
    13,
    12,
    11,
    10,
    9,
    8,
    7,
    6,
    5,
    4,
  ]);
  assertEquals(lastTurns[0], {
    id: 13,
    sid: "s\0old",
    status: "waiting_response",
    startTime: at(-100),
    startMs: prompt({ t: at(-100) }).at,
    userText: "\ufeffa\0b",
  });
});

Deno.test("status takes the beginning of a long prompt, and no half character", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, [prompt({ text: "ab" + "語".repeat(1e6) })]);
  assertEquals(readStatus(path).lastTurns[0].userText, "ab" + "語".repeat(332));
});

Deno.test("status tells of the newest file of each followed path", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, []);
  const log = dir.write("log", "0123456789");
  using store = new SqliteStore(path);
  const { checkpoints } = store;
  const begin = (path: string, device = 0, inode = 0) =>
    checkpoints.addCheckpoint(path, { device, inode }, NOTHING, 0);
  const { device, inode } = identityOf(Deno.statSync(log));
  begin(log);
  const newest = begin(log, device, inode);
  begin("/gone/log");
  checkpoints.moveCheckpoint({ ...newest, offset: 7, line: 3 });
  const { files } = readStatus(path);
  assertEquals(
    files.map(({ path, standing, readBytes, readLines, lagBytes }) => [
      ...[path, standing, readBytes, readLines, lagBytes],
    ]),
    [
      ["/gone/log", "missing", 0, 0, null],
      [log, "current", 7, 3, 3],
    ],
  );
  assert(files[1].movedMs > Date.now() - 60_000);
});

Deno.test("status tells what is behind in files that were rotated, and when the last of all was read", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, []);
  const log = dir.write("log", "0123456789");
  using store = new SqliteStore(path);
  const begin = (file: string) =>
    store.checkpoints.addCheckpoint(
      log,
      identityOf(Deno.statSync(file)),
      NOTHING,
      0,
    );
  const done = begin(dir.write("log.2", "all read"));
  store.checkpoints.moveCheckpoint({ ...done, offset: 3, line: 1, done: true });
  const older = begin(dir.write("log.1", "x".repeat(1000)));
  begin(log);
  const lag = () => readStatus(path).files.map(({ lagBytes }) => lagBytes);
  assertEquals(lag(), [1010]);
  store.checkpoints.moveCheckpoint({ ...older, offset: 600, line: 9 });
  assertEquals(lag(), [410]);
  assert(readStatus(path).files[0].movedMs > Date.now() - 60_000);
});

Deno.test("status reads indexes, and of the table only the rows that it tells of", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, []);
  for (const [name, sql] of Object.entries(STATUS_SQL)) {
    const steps = query<[number, number, number, string]>(
      path,
      `EXPLAIN QUERY PLAN ${sql.replaceAll(/\?1?/g, "'x'")}`,
    ).map((row) => row[3]);
    assert(steps.length > 0, name);
    const isLimited = sql.includes("LIMIT");
    for (const step of steps.filter((step) => /\bturns\b/.test(step))) {
      assert(isLimited || step.includes("COVERING INDEX"), `${name}: ${step}`);
    }
    if (isLimited) {
      assert(!steps.join().includes("B-TREE"), `${name}: ${steps}`);
    }
  }
});

Deno.test("status tells of whatever a database of the seed held", () => {
  using dir = new TempDir();
  const path = databaseOf(dir, [prompt(), answer()]);
  execute(
    path,
    `INSERT INTO turns (sid, pid, dedup_hash, status, start_time, duration_ms)
      VALUES ('s', 1, 1, 'completed', x'3132', 'long'),
        (x'ff', 1, 2, x'6162', x'61ff', 9e300)`,
  );
  const { durations, days, lastTurns } = readStatus(path);
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
  readStatus(path);
  assertEquals(Deno.readFileSync(path), before);
  assertEquals([...Deno.readDirSync(dir.path)].length, 1);
  assertEquals(query(path, "PRAGMA integrity_check"), [["ok"]]);
});
