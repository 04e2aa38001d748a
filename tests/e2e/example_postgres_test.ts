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
    rows: () => server.turns(),

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
