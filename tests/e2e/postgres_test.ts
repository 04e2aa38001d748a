import { assertEquals, assertStringIncludes } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { records } from "../support/database.ts";
import { logOf } from "../support/envelope.ts";
import { Postgres } from "../support/postgres.ts";
import { agentEvents } from "../support/random_log.ts";
import { TempDir } from "../support/temp.ts";
import { postgresTest } from "./machine.ts";
import { turnCounter } from "./program.ts";

const LOGS = [
  "golden",
  "claude/session",
  "codex/fork",
  "copilot/session",
  "pi/fork",
];

postgresTest(
  "SPEC 11: the stream is the same with PostgreSQL as with SQLite",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const random = new Random(1);
    const log = dir.write("log", logOf(agentEvents(random, 600)));
    const paths = [...LOGS.map((name) => `testdata/${name}.jsonl`), log];
    const file = dir.file("turns.db");
    for (const args of [[], ["--emit", "events"], ["--skip-replayed"]]) {
      for (const path of paths) {
        const [other, ours] = await Promise.all(
          [file, server.url()].map((db) =>
            turnCounter(["--source", path, "--db", db, ...args])
          ),
        );
        assertEquals(ours.code, other.code, ours.stderr);
        const expected = args.length > 0 && args[0] === "--emit"
          ? other.stdout
          : other.stdout.replaceAll("\\u0000", "\uFFFD");
        assertEquals(ours.stdout === expected, true, `${path} ${args}`);
      }
    }
    const rows = await server.turns();
    const expected = records(file).map((record) => record.turn_id_glob);
    assertEquals(rows.map(({ turn_id_glob }) => turn_id_glob), expected);

    const [other, ours] = await Promise.all(
      [file, server.url()].map((db) =>
        turnCounter(["status", "--json", "--db", db])
      ),
    );
    const status = ({ stdout }: { stdout: string }) => {
      const { database: _, read_at: __, last_turns: ___, ...rest } = JSON.parse(
        stdout,
      );
      return rest;
    };
    assertEquals(status(ours), status(other));
    assertEquals(JSON.parse(ours.stdout).database, server.url());
  },
);

postgresTest(
  "SPEC 5: the environment may name a database in PostgreSQL",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const env = { ...server.env, TURN_COUNTER_DB: "dbname=postgres" };
    const run = await turnCounter(["--source", "testdata/golden.jsonl"], {
      env,
    });
    assertEquals(run.code, 0, run.stderr);
    const { stdout } = await turnCounter(["status"], { env });
    assertStringIncludes(stdout, "dbname=postgres\n");
    assertStringIncludes(stdout, "completed");
  },
);
