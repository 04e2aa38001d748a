/**
 * The tests of the example ingesters, for any database.
 *
 * @module
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { records } from "../support/database.ts";
import { answer, at, end, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { ProcessGroup } from "./process_group.ts";
import { COMMAND, shell, turnCounter, until } from "./program.ts";

/** A table that an ingester fills. */
export interface Target {
  /** The ingester, for a shell. */
  ingester: string;
  /** The environment variables by which the ingester connects. */
  env: Record<string, string>;
  /** The name of the process that writes the database. */
  writer: string;
  /** The records of its rows, by id; none if there is no table yet. */
  rows(): Promise<Record<string, unknown>[]>;
  /** The origin and the id of its rows, as `origin|id`, in this order. */
  origins(): Promise<string[]>;
  /** The SQL of a table of an earlier version, with turn 7. */
  earlier: string;
  /** Changes the table. */
  change(sql: string): Promise<void>;
  /** A text that changes with each write. */
  version(): Promise<string>;
  /** Makes the database unavailable, and returns a function that restores it. */
  takeAway(): Promise<() => Promise<void>>;
}

/** The files and the target of a test. */
interface Setting {
  target: Target;
  log: string;
  db: string;
}

const RECORDS_OF = "tools/examples/records_of.sh";

/** The rows of turn-counter's database, as expected in the table. */
export function expected(db: string): Record<string, unknown>[] {
  return records(db).map((record) =>
    Object.fromEntries(
      Object.entries(record).map(([key, value]) => [
        key,
        typeof value === "string" ? value.replaceAll("\0", "\ufffd") : value,
      ]),
    )
  );
}

/** Runs a batch through the ingester. */
async function ingest({ target, db }: Setting, log: string): Promise<void> {
  const script = `set -o pipefail
    "$@" --source "$LOG" --db "$DB" --synchronous off | ${target.ingester}`;
  const ended = await shell(script, { ...target.env, LOG: log, DB: db });
  assertEquals([ended.code, ended.stderr], [0, ""]);
}

/** Starts the whole pipe of the service. */
function follow({ target, log, db }: Setting): ProcessGroup {
  const script = `{ ${RECORDS_OF} "$DB" &&
    "$@" --source "$LOG" --follow --db "$DB"; } | ${target.ingester}`;
  return new ProcessGroup(
    ["bash", "-o", "pipefail", "-c", script, "bash", ...COMMAND],
    { ...target.env, LOG: log, DB: db },
  );
}

/** Waits until the table equals turn-counter's database. */
async function caughtUp({ target, db }: Setting, count: number): Promise<void> {
  const isComplete = async () => (await target.rows()).length === count;
  await until(isComplete, `${count} rows`);
  assertEquals(await target.rows(), expected(db));
}

function append(log: string, numbers: number[]): void {
  const events = numbers.map((i) => prompt({ t: at(i), sid: `s${i}` }));
  Deno.writeTextFileSync(log, logOf(events), { append: true });
}

/** Texts that a program may misread as syntax. */
const HOSTILE = [
  "it's 'quoted', \"twice\", `thrice`, ''''",
  "'); DROP TABLE turns; --",
  "back\\slash \\' \\\\' \\",
  "\0 and \\0 and \\u0000 and \\\\u0000 and \\\0 \0\0",
  "lines\nof\r\ntext\n.quit\n\\q\n;\n\u2028\u2029\x85",
  "\b\t\f\x1a\x1b[31m\x7f\x01\x02\x03",
  "$$ $1 $body$ :name :'name' ?1 @a &amp; & && %s",
  "\\N",
  "\\.",
  "/* -- */ {} [] null",
  "\ufeffgrüß dich 👋🏽 \ud800 \udc00 \uffff \u{10ffff}",
  "",
  " ",
  "\0",
  "null",
  "12345678901234567890",
  "'".repeat(1_000_000),
  "\\\0'\n".repeat(20_000),
];

async function storesAnyText(setting: Setting): Promise<void> {
  const { target, log, db } = setting;
  const events = HOSTILE.flatMap((text, i) => {
    const name = text.slice(0, 100) || "empty";
    const fields = { sid: `${i}${name}`, pid: 2 ** 53 - 1 - i, turnId: name };
    return [
      prompt({ ...fields, t: at(i), text, cwd: `/${name}` }),
      answer({ ...fields, t: at(i + 0.5), text: `${text}${text}` }),
      end({ ...fields, t: at(i + 0.6), outcome: "aborted", reason: name }),
    ];
  });
  Deno.writeTextFileSync(log, logOf(events));
  await ingest(setting, log);
  const rows = await target.rows();
  assertEquals(rows.length, HOSTILE.length);
  for (const [i, row] of expected(db).entries()) assertEquals(rows[i], row);

  // The table of turns gives the same records as the stream.
  const version = await target.version();
  const { code, stderr } = await shell(
    `set -o pipefail; ${RECORDS_OF} "$DB" | ${target.ingester}`,
    { ...target.env, DB: db },
  );
  assertEquals([code, stderr], [0, ""]);
  assertEquals(await target.version(), version);
}

async function changesNothingOnReplay(setting: Setting): Promise<void> {
  const { target, log, db } = setting;
  const random = new Random(12);
  const events = Array.from({ length: 200 }, (_, i) => {
    const fields = { sid: `s${random.below(3)}`, pid: random.below(2) };
    return i < 6 || random.chance(0.5)
      ? prompt({ ...fields, t: at(i), text: `prompt ${i}` })
      : answer({ ...fields, t: at(i), text: `answer ${i}` });
  });
  const half = logOf(events.slice(0, 100));
  Deno.writeTextFileSync(log, half);
  await ingest(setting, log);
  assertEquals(await target.rows(), expected(db));
  const before = await target.version();
  Deno.writeTextFileSync(log, logOf(events));
  await ingest(setting, log);
  assertEquals(await target.rows(), expected(db));
  const version = await target.version();
  assertNotEquals(version, before);
  for (const [from, to] of [[0, 200], [50, 150]]) {
    Deno.writeTextFileSync(log, logOf(events.slice(from, to)));
    await ingest(setting, log);
    assertEquals(await target.version(), version, `${from} to ${to}`);
  }
  assertEquals(await target.rows(), expected(db));
}

async function writesWhileThePipeStaysOpen(setting: Setting): Promise<void> {
  const { target, log } = setting;
  await using _pipe = follow(setting);
  for (let i = 1; i <= 5; i++) {
    append(log, [i]);
    await caughtUp(setting, i);
  }
  const event = answer({ sid: "s5", t: at(6), text: "done" });
  Deno.writeTextFileSync(log, logOf([event]), { append: true });
  await until(
    async () => (await target.rows())[4].assistant_text === "done",
    "the answer",
  );
}

async function recoversRecordsInThePipe(setting: Setting): Promise<void> {
  const { target, log, db } = setting;
  const numbers = Array.from({ length: 20 }, (_, i) => i + 2);
  {
    append(log, [1]);
    await using pipe = follow(setting);
    await caughtUp(setting, 1);
    const writer = await pipe.find(target.writer);
    Deno.kill(writer, "SIGSTOP");
    append(log, numbers);
    await until(() => records(db).length === 21, "the turns");
    Deno.kill(writer, "SIGKILL");
    // The whole pipe ends, even without a further record.
    assertEquals((await pipe.exit()).code, 128 + 9);
  }
  assertEquals((await target.rows()).length, 1);
  await using _pipe = follow(setting);
  await caughtUp(setting, 21);
  append(log, [22]);
  await caughtUp(setting, 22);
}

async function endsWithoutItsDatabase(setting: Setting): Promise<void> {
  const { target, log } = setting;
  append(log, [1]);
  let restore: () => Promise<void>;
  {
    await using pipe = follow(setting);
    await caughtUp(setting, 1);
    restore = await target.takeAway();
    append(log, [2]);
    const { code, stderr } = await pipe.exit();
    assert(code > 0 && code < 128, `${code} ${stderr}`);
    assertNotEquals(stderr, "");
  }
  await restore();
  await using _pipe = follow(setting);
  await caughtUp(setting, 2);
}

async function endsWithTheProgram(setting: Setting): Promise<void> {
  const { log } = setting;
  append(log, [1]);
  {
    await using pipe = follow(setting);
    await caughtUp(setting, 1);
    const name = COMMAND[0].split("/").at(-1)!;
    Deno.kill(await pipe.find(name), "SIGKILL");
    assertEquals((await pipe.exit()).code, 128 + 9);
  }
  append(log, [2]);
  await using _pipe = follow(setting);
  await caughtUp(setting, 2);
}

async function endsOnAnInvalidRecord(setting: Setting): Promise<void> {
  const { target, log, db } = setting;
  append(log, [1]);
  await turnCounter(["--source", log, "--db", db]);
  const [record] = records(db);
  const whole = JSON.stringify(record);
  const broken = [whole.slice(0, 99), JSON.stringify({ ...record, sid: null })];
  for (const line of broken) {
    const { code, stderr } = await shell(
      `set -o pipefail; printf '%s\\n' "$RECORDS" | ${target.ingester}`,
      { ...target.env, RECORDS: `${line}\n${whole}` },
    );
    assert(code > 0 && code < 128, `${code}`);
    // Private text must not get into the system journal.
    assertNotEquals(stderr, "");
    assert(!stderr.includes("hello"), stderr);
    assertEquals(await target.rows(), []);
  }
}

async function addsMissingColumns(setting: Setting): Promise<void> {
  const { target, log, db } = setting;
  Deno.writeTextFileSync(log, logOf([prompt({ t: at(0) })]));
  await ingest(setting, log);
  const added = ["agent", "cwd", "outcome", "outcome_reason", "outcome_time"];
  for (const column of added) {
    await target.change(`ALTER TABLE turns DROP COLUMN ${column}`);
  }
  const fields = { outcome: "aborted", reason: "it's \0 late" } as const;
  const events = [
    prompt({ t: at(0), cwd: "/a" }),
    end({ t: at(1), ...fields }),
  ];
  Deno.writeTextFileSync(log, logOf(events));
  await ingest(setting, log);
  const [row] = await target.rows();
  assertEquals(row, expected(db)[0]);
  assertEquals([row.outcome, row.outcome_reason], [
    ...["aborted", "it's \ufffd late"],
  ]);
}

async function separatesOrigins(setting: Setting): Promise<void> {
  const { target, log, db } = setting;
  for (const origin of ["it's one", "other"]) {
    Deno.writeTextFileSync(log, logOf([prompt({ sid: origin, t: at(0) })]));
    const env = { ...target.env, ORIGIN: origin };
    for (let round = 0; round < 2; round++) {
      await ingest({ target: { ...target, env }, log, db: db + origin }, log);
    }
  }
  assertEquals(await target.origins(), ["it's one|1", "other|1"]);
}

async function takesOverRowsWithoutOrigin(setting: Setting): Promise<void> {
  const { target, log, db } = setting;
  await target.change(target.earlier);
  Deno.writeTextFileSync(log, logOf([prompt({ t: at(0) })]));
  const env = { ...target.env, ORIGIN: "it's one" };
  for (let round = 0; round < 2; round++) {
    await ingest({ target: { ...target, env }, log, db }, log);
    assertEquals(await target.origins(), ["it's one|1", "it's one|7"]);
  }
}

const TESTS: Record<string, (setting: Setting) => Promise<void>> = {
  "stores any text unchanged": storesAnyText,
  "changes nothing on replay": changesNothingOnReplay,
  "adds the columns that a table of an earlier version lacks":
    addsMissingColumns,
  "distinguishes the turns of several origins": separatesOrigins,
  "takes over a table of an earlier version": takesOverRowsWithoutOrigin,
  "writes each row while the pipe stays open": writesWhileThePipeStaysOpen,
  "recovers records in the pipe when it was killed": recoversRecordsInThePipe,
  "ends with an error if its database is gone, and loses nothing":
    endsWithoutItsDatabase,
  "ends with turn-counter, with the same error": endsWithTheProgram,
  "ends with an error on an invalid record": endsOnAnInvalidRecord,
};

/** The tests of an ingester, by name; each needs a new target. */
export const INGESTER_TESTS: [
  sentence: string,
  test: (target: Target) => Promise<void>,
][] = Object.entries(TESTS).map(([sentence, test]) => [
  sentence,
  async (target) => {
    using dir = new TempDir();
    const log = dir.write("sse_lines.jsonl", "");
    await test({ target, log, db: dir.file("turns.db") });
  },
]);
