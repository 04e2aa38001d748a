import { Database } from "@db/sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { CHECKPOINT_SQL } from "../../src/store/sqlite/checkpoints.ts";
import {
  LISTING_SQL,
  TURN_SQL,
} from "../../src/store/sqlite/listing_statements.ts";
import { METRICS_SQL } from "../../src/store/sqlite/metrics.ts";
import { EVENT_SQL } from "../../src/store/sqlite/statements.ts";
import {
  BREAKDOWN_SQL,
  SINCE_SQL,
  STATUS_SQL,
} from "../../src/store/sqlite/status_statements.ts";
import {
  forgettable,
  type Query,
  range,
  walk,
} from "../../src/store/turn_queries.ts";
import { query } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";

function create(path: string): void {
  new SqliteStore(path)[Symbol.dispose]();
}

/** The steps of a statement's plan. */
function plan(db: Database, sql: string): string[] {
  const numbered = new Set(sql.match(/\?\d+/g));
  const count = numbered.size || sql.split("?").length - 1;
  const params = Array(count).fill(null);
  return db.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .values<[number, number, number, string]>(...params)
    .map((row) => row[3]);
}

Deno.test("SPEC 5: no statement on the event path scans or sorts", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const db = new Database(path);
  const { move } = CHECKPOINT_SQL;
  for (const [name, sql] of Object.entries({ ...EVENT_SQL, move })) {
    const steps = plan(db, sql);
    for (const step of steps) {
      assert(
        /^(SEARCH|SCALAR SUBQUERY|SCAN CONSTANT ROW$)/.test(step),
        `${name}: ${step}`,
      );
    }
    // An index search by some of the terms scans for the others.
    const where = sql.split("WHERE").slice(1).join();
    for (
      const [, column, comparison] of where.matchAll(/(\w+) (=|<|>)=? \?/g)
    ) {
      const term = column.replace(/turn_id_glob|file_id/, "rowid") +
        comparison + "?";
      assertStringIncludes(steps.join(), term, name);
    }
    const looksUp = /SELECT|^UPDATE/.test(sql);
    assertEquals(steps.length > 0, looksUp, name);
  }
  db.close();
});

Deno.test("SPEC 5: the check of plans detects a dropped index", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const indexes = query<[string]>(
    path,
    "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'turns_%'",
  ).flat();
  const lookedUp = new Set<string>();
  const db = new Database(path);
  for (const [, sql] of Object.entries(EVENT_SQL)) {
    for (const step of plan(db, sql)) {
      const index = /INDEX (turns_\w+)/.exec(step)?.[1];
      if (index === undefined) continue;
      lookedUp.add(index);
      db.exec("SAVEPOINT dropped");
      db.exec(`DROP INDEX ${index}`);
      assert(!plan(db, sql).includes(step), `${sql} does without ${index}`);
      db.exec("ROLLBACK TO dropped");
    }
  }
  db.close();
  // The other indexes are for queries by people.
  const forPeople = [
    ...["turns_start_time", "turns_status", "turns_session", "turns_summary"],
  ];
  assertEquals(new Set([...lookedUp, ...forPeople]), new Set(indexes));
});

Deno.test("status reads only indexes and the rows that it shows", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
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

Deno.test("status breaks down as many turns as it reads by their ids, and no more", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const db = new Database(path);
  for (const [name, sql] of Object.entries(BREAKDOWN_SQL)) {
    const [, source] = /FROM \(([^()]*LIMIT 10000)\)\s+GROUP BY/.exec(sql)!;
    assertEquals(plan(db, source), ["SCAN turns"], name);
    assertEquals(plan(db, sql).slice(1, 3), [
      ...["SCAN turns", "SCAN (subquery-1)"],
    ], name);
  }
  db.close();
});

Deno.test("status since an instant searches the turns only by their start", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const db = new Database(path);
  for (const [name, sql] of Object.entries(SINCE_SQL)) {
    const steps = plan(db, sql).filter((step) => /\bturns\b/.test(step));
    assert(steps.some((step) => step.includes("turns_start_time")), name);
    for (const step of steps) {
      assert(
        /INDEX turns_start_time \(start_time>\?\)|KEY \(rowid=\?\)/.test(step),
        `${name}: ${step}`,
      );
    }
  }
  db.close();
});

Deno.test("metrics read an index and no turns", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const db = new Database(path);
  assertEquals(plan(db, METRICS_SQL.turns), [
    "SCAN turns USING COVERING INDEX turns_summary",
  ]);
  db.close();
});

Deno.test("turns are listed by one index, without a sort but since an instant", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  create(path);
  const db = new Database(path);
  const steps = ({ sql, params }: Query) => {
    assertEquals(new Set(sql.match(/\?\d+/g)).size, params.length, sql);
    return plan(db, sql);
  };
  const all = {
    sid: null,
    status: null,
    agent: null,
    cwd: null,
    sinceMs: null,
  };
  const named = { agent: "a", cwd: "c", sinceMs: 0 };
  const turns = "SEARCH turns USING";
  const byId = `${turns} INTEGER PRIMARY KEY (rowid>?)`;
  assertEquals(steps(walk(TURN_SQL, all, 0, 1)), [byId]);
  assertEquals(steps(walk(TURN_SQL, { ...all, ...named }, 0, 1)), [byId]);
  const status = "orphaned" as const;
  assertEquals(steps(walk(TURN_SQL, { ...all, status }, 0, 1)), [
    `${turns} COVERING INDEX turns_status (status=? AND rowid>?)`,
  ]);
  assertEquals(steps(walk(TURN_SQL, { ...all, ...named, status }, 0, 1)), [
    `${turns} INDEX turns_status (status=? AND rowid>?)`,
  ]);
  assertEquals(steps(walk(TURN_SQL, { ...all, sid: "s" }, 0, 1)), [
    `${turns} COVERING INDEX turns_session (sid=? AND turn_id_glob>?)`,
  ]);
  assertEquals(steps(walk(TURN_SQL, { ...named, sid: "s", status }, 0, 1)), [
    `${turns} INDEX turns_session (sid=? AND turn_id_glob>?)`,
  ]);
  assertEquals(steps(range(TURN_SQL, { ...named, sid: null, status }, 9, 1)), [
    `${turns} INDEX turns_start_time (start_time>?)`,
    "USE TEMP B-TREE FOR ORDER BY",
  ]);
  const forgotten = { ids: null, sid: null, beforeMs: null };
  for (
    const [turns, index] of [
      [{ ids: [1, 2] }, "INTEGER PRIMARY KEY (rowid=?)"],
      [{ ids: [1], beforeMs: 0 }, "INTEGER PRIMARY KEY (rowid=?)"],
      [{ sid: "s" }, "(sid=?)"],
      [{ sid: "s", beforeMs: 0 }, "(sid=? AND start_ms<?)"],
      [{ beforeMs: 0 }, "turns_start_time (start_time<?)"],
    ] as const
  ) {
    const [step] = steps(forgettable(TURN_SQL, { ...forgotten, ...turns }));
    assert(step.startsWith("SEARCH turns") && step.endsWith(index), step);
  }
  for (const [name, sql] of Object.entries(LISTING_SQL)) {
    const scans = plan(db, sql).filter((step) => step.startsWith("SCAN"));
    // Sessions are few beside turns.
    assertEquals(scans, name === "sessionsTo" ? ["SCAN sessions"] : [], name);
  }
  db.close();
});
