import { assert, assertEquals } from "@std/assert";
import {
  listingSql,
  turnSql,
} from "../../src/store/postgres/listing_statements.ts";
import { metricsSql } from "../../src/store/postgres/metrics.ts";
import { readByIndex } from "../../src/store/postgres/read_current.ts";
import { reportSql } from "../../src/store/postgres/report_statements.ts";
import { openWriter } from "../../src/store/postgres/session.ts";
import {
  forgettable,
  type Query,
  range,
  walk,
} from "../../src/store/turn_queries.ts";
import { prepareSchema } from "../../src/store/postgres/schema.ts";
import { eventSql } from "../../src/store/postgres/statements.ts";
import { memorySql } from "../../src/store/postgres/memory_statements.ts";
import { type PostgresSchema, testSchema } from "../support/places.ts";

/** A step of a plan. */
interface Step {
  "Node Type": string;
  "Relation Name"?: string;
  Plans?: Step[];
}

/** Parameters of each type that the statements have. */
const VALUES: Record<string, (string | number)[]> = {
  turnOfId: [5],
  newestTurn: ["s1", 1, 5],
  nextTurn: ["s1", 1, 5],
  newestNamedTurn: ["s1", 1, "t5", 5],
  oldestNamedTurn: ["s1", 1, "t5"],
  newestSessionTurn: ["s1", 5],
  nextSessionTurn: ["s1", 5],
  orphansOf: [5],
  read: ['["h"]', '["h"]', '[{"sid":"s1","pid":1,"since":5}]'],
  write: [
    ...['[{"id":1}]', '[{"id":1}]'],
    ...[
      '[{"sid":"s1","turn_count":1}]',
      '[{"sid":"s1","pid":1,"turn_count":1}]',
    ],
    ...['[{"dedup_hash":"h","turn_id_glob":1}]', '[{"file_id":1}]', 1, 6],
  ],
};

/** Statements that give rows of a process in an order. */
const ORDERED = /^(newest|next|oldest|read)/;

/** Compares the plans of all statements with what they may do. */
async function assertPlans({ address }: PostgresSchema): Promise<void> {
  const session = await openWriter(address, "", "off");
  using connection = session.connection;
  const { schema } = session;
  const statements = { ...eventSql(schema), ...memorySql(schema) };
  assertEquals(Object.keys(statements).sort(), Object.keys(VALUES).sort());
  for (const [name, sql] of Object.entries(statements)) {
    // The plan that is kept, whatever the values are.
    connection.all(`PREPARE ${name} AS ${sql}`);
    const values = VALUES[name].map((value) =>
      typeof value === "string" ? `'${value}'` : value
    );
    const [[{ Plan }]] = connection.all(
      `EXPLAIN (FORMAT JSON) EXECUTE ${name} (${values})`,
    ).rows as [[{ Plan: Step }]];
    const steps = stepsOf(Plan);
    const scans = steps.filter((step) =>
      step["Node Type"] === "Seq Scan" && step["Relation Name"] !== undefined
    );
    assertEquals(scans, [], name);
    if (!ORDERED.test(name)) continue;
    const types = steps.map((step) => step["Node Type"]);
    assert(!types.includes("Sort"), `${name}: ${types}`);
  }
}

function stepsOf(step: Step): Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)];
}

testSchema(
  "SPEC 5: no statement of an event scans or sorts a table that is empty",
  async (schema) => {
    const session = await openWriter(schema.address, "", "off");
    await prepareSchema(session, "");
    session.connection[Symbol.dispose]();
    await assertPlans(schema);
    // The server knows that it is empty, so that no index costs more than another.
    schema.change("ANALYZE turns, answers, sessions, session_counters");
    await assertPlans(schema);
  },
);

for (const sessions of [1, 20_000]) {
  testSchema(
    `SPEC 5: no statement of an event scans or sorts 20,000 turns of ${sessions} sessions`,
    async (schema) => {
      const session = await openWriter(schema.address, "", "off");
      await prepareSchema(session, "");
      session.connection[Symbol.dispose]();
      schema.change(`INSERT INTO turns (turn_id_glob, sid, pid, dedup_hash,
        start_ms, original_turn_id, status)
        SELECT i, 's' || i % ${sessions}, 1, 'h' || i, i, 't' || i, 'completed'
        FROM generate_series(1, 20000) AS i;
      INSERT INTO answers SELECT dedup_hash, turn_id_glob FROM turns;
      INSERT INTO sessions SELECT sid, count(*) FROM turns GROUP BY sid;
      INSERT INTO session_counters
        SELECT sid, pid, count(*) FROM turns GROUP BY sid, pid`);
      // As the server sees them before and after it has looked at them.
      await assertPlans(schema);
      schema.change("ANALYZE turns, answers, sessions, session_counters");
      await assertPlans(schema);
    },
  );
}

/** Statements that read for people, each with values of its parameters. */
function readerStatements(schema: string): [string, Query][] {
  const sql = turnSql(schema);
  const all = { sid: null, status: null, agent: null, cwd: null };
  const filters = [
    ...[all, { ...all, sid: "s1" }, { ...all, status: "orphaned" as const }],
    { ...all, sid: "s1", status: "orphaned" as const, agent: "a", cwd: "/w" },
  ];
  const walks = filters.map((filter, i): [string, Query] => [
    `walk ${i}`,
    walk(sql, { ...filter, sinceMs: null }, 0, 50),
  ]);
  const none = { ids: null, sid: null, beforeMs: null };
  const { sessions: _, ...metrics } = metricsSql(schema);
  const { sessionsTo: __, ...listing } = listingSql(schema);
  const values: Record<string, Query["params"]> = {
    ...{ turns: ["{1,2}"], previews: ["{1,2}", 9], lastId: [] },
    ...{ session: ["s1"], sessionsFrom: ["s1"] },
  };
  return [
    ...walks,
    ["last", walk(sql, { ...all, agent: "a", sinceMs: 5 }, 19_000, 50)],
    ["range", range(sql, { ...all, agent: "a", sinceMs: 5 }, 9, 50)],
    ["ids", forgettable(sql, { ...none, ids: [1, 2], sid: "s1" })],
    ["session", forgettable(sql, { ...none, sid: "s1", beforeMs: 5 })],
    ["before", forgettable(sql, { ...none, beforeMs: 5 })],
    ["after", { sql: reportSql(schema).after, params: [19_000] }],
    ["since", { sql: reportSql(schema).since, params: ["2025", 5] }],
    ["metrics", { sql: metrics.turns, params: [] }],
    ["lastStart", { sql: metrics.lastStart, params: [] }],
    ...Object.entries(listing).map(([name, sql]): [string, Query] => [
      ...[name, { sql, params: values[name] }] as const,
    ]),
  ];
}

testSchema(
  "SPEC 7: no statement of turns, show, report, forget or metrics scans the turns",
  async (schema) => {
    const session = await openWriter(schema.address, "", "off");
    await prepareSchema(session, "");
    session.connection[Symbol.dispose]();
    schema.change(`INSERT INTO turns (turn_id_glob, sid, pid, dedup_hash,
      start_time, start_ms, status)
      SELECT i, 's' || i % 3, 1, 'h' || i, '2025', i, 'completed'
      FROM generate_series(1, 20000) AS i;
    INSERT INTO sessions SELECT sid, count(*) FROM turns GROUP BY sid`);
    const assertNoScan = () =>
      readByIndex(schema.address, async (connection, name) => {
        for (const [what, { sql, params }] of readerStatements(name)) {
          const [[{ Plan }]] = await connection.runLater(
            `EXPLAIN (FORMAT JSON) ${sql}`,
            params,
          ) as [[{ Plan: Step }]];
          const steps = stepsOf(Plan);
          const scans = steps.filter((step) =>
            step["Node Type"] === "Seq Scan" && step["Relation Name"]
          );
          assertEquals(scans, [], what);
          const types = steps.map((step) => step["Node Type"]);
          if (/^walk/.test(what)) assert(!types.includes("Sort"), what);
        }
      });
    await assertNoScan();
    schema.change("ANALYZE turns, sessions");
    await assertNoScan();
  },
);
