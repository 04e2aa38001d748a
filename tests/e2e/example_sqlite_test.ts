import { records } from "../support/database.ts";
import { execute } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";
import { INGESTER_TESTS, type Target } from "./ingestion.ts";
import { linuxTest } from "./machine.ts";
import { run } from "./program.ts";

for (const [sentence, test] of INGESTER_TESTS) {
  linuxTest(`ingest_sqlite.sh ${sentence}`, async () => {
    using dir = new TempDir();
    await test(tableIn(dir.file("table.db")));
  });
}

function tableIn(path: string): Target {
  return {
    ingester: 'tools/examples/ingest_sqlite.sh "$TABLE"',
    env: { TABLE: path },
    writer: "sqlite3",

    async rows() {
      // A write blocks readers for a moment.
      while (true) {
        try {
          return records(path);
        } catch (error) {
          if (/unable to open|no such table/.test(String(error))) return [];
          if (!/locked/.test(String(error))) throw error;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
    },

    async origins() {
      const sql = "SELECT origin, turn_id_glob FROM turns ORDER BY 1, 2";
      const { stdout } = await run(["sqlite3", path, sql]);
      return stdout.trim().split("\n");
    },

    earlier: `CREATE TABLE turns (turn_id_glob INTEGER PRIMARY KEY,
      sid TEXT NOT NULL, pid INTEGER NOT NULL,
      session_turn INTEGER, session_pid_turn INTEGER, status TEXT NOT NULL,
      user_text TEXT, assistant_text TEXT,
      start_time TEXT, end_time TEXT, duration_ms INTEGER,
      original_turn_id TEXT, pid_mismatch INTEGER NOT NULL);
      INSERT INTO turns VALUES (7, 's', 1, 1, 1, 'completed', 'q', 'a', 't',
        't', 1, NULL, 0)`,

    change(sql) {
      execute(path, sql);
      return Promise.resolve();
    },

    async version() {
      return (await run(["sha256sum", path])).stdout;
    },

    takeAway() {
      Deno.removeSync(path);
      return Promise.resolve(() => Promise.resolve());
    },
  };
}
