import { TempDir } from "../support/temp.ts";
import { INGESTER_TESTS, type Target } from "./ingestion.ts";
import { postgresTest } from "./machine.ts";
import { Postgres } from "../support/postgres.ts";

postgresTest("ingest_postgres.sh", async (t) => {
  using dir = new TempDir();
  await using server = await Postgres.create(dir);
  for (const [sentence, test] of INGESTER_TESTS) {
    await t.step({
      name: sentence,
      fn: () => test(tableOf(server)),
      // A test may restart the server.
      sanitizeResources: false,
      sanitizeOps: false,
    });
    await server.query("DROP TABLE turns");
  }
});

function tableOf(server: Postgres): Target {
  return {
    ingester: "tools/examples/ingest_postgres.sh",
    env: server.env,
    writer: "psql",
    rows: async () =>
      (await server.turns()).map(({ origin: _, ...row }) => row),

    async origins() {
      const { stdout } = await server.query(
        "SELECT origin, turn_id_glob FROM turns ORDER BY 1, 2",
      );
      return stdout.trim().split("\n");
    },

    earlier: `CREATE TABLE turns (turn_id_glob bigint PRIMARY KEY,
      sid text NOT NULL, pid bigint NOT NULL,
      session_turn bigint, session_pid_turn bigint, status text NOT NULL,
      user_text text, assistant_text text,
      start_time text, end_time text, duration_ms bigint,
      original_turn_id text, pid_mismatch boolean NOT NULL);
      INSERT INTO turns VALUES (7, 's', 1, 1, 1, 'completed', 'q', 'a', 't',
        't', 1, NULL, false)`,

    async change(sql) {
      await server.query(sql);
    },

    async version() {
      const { stdout } = await server.query("SELECT ctid, xmin FROM turns");
      return stdout;
    },

    async takeAway() {
      await server.stop();
      return () => server.start();
    },
  };
}
