import { Database } from "@db/sqlite";
import { assert, assertEquals } from "@std/assert";
import { query } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { traceTest } from "./machine.ts";
import { COMMAND, run, turnCounter } from "./program.ts";

/** SQLite's lock of the writer, a byte of the `-shm` (walformat.html). */
const WRITER = 120;

traceTest(
  "sqlite.org's WAL-reset bug: the program changes the database only while it locks writers out",
  async () => {
    using dir = new TempDir();
    const [db, trace] = [dir.file("turns.db"), dir.file("trace")];
    await turnCounter(["--db", db]);
    // Some 12,000 pages, which are moved more than once.
    const text = "x".repeat(1_000_000);
    const events = Array.from(
      { length: 50 },
      (_, i) => prompt({ t: at(i), text }),
    );
    const log = dir.write("log.jsonl", logOf(events));
    // The last program that closes a database has it for itself.
    const other = new Database(db);
    other.prepare("SELECT count(*) FROM turns").value();
    const { code, stderr } = await run([
      ...["strace", "-f", "-y", "-s", "0", "-o", trace],
      ...["-e", "trace=fcntl,pwrite64"],
      ...[...COMMAND, "--source", log, "--db", db, "--synchronous", "off"],
    ]);
    assertEquals(code, 0, stderr);
    other.close();
    let isLocked = false;
    let written = 0;
    for (const line of Deno.readTextFileSync(trace).split("\n")) {
      const lock =
        /-shm>, F_SETLK\w*, \{l_type=F_(\w+).*l_start=(\d+), l_len=(\d+)/
          .exec(line);
      if (lock !== null) {
        const [, type, start, length] = lock;
        const covers = +start <= WRITER && WRITER < +start + +length;
        if (covers) isLocked = type === "WRLCK";
      }
      if (!line.includes(`pwrite64(`) || !line.includes(`<${db}>`)) continue;
      assert(isLocked, line);
      written++;
    }
    assert(written > 10_000, `${written} pages`);
    assertEquals(query(db, "PRAGMA integrity_check"), [["ok"]]);
  },
);
