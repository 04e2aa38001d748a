import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { agentEvents } from "../support/random_log.ts";
import { contents, query } from "../support/database.ts";
import { logOf } from "../support/envelope.ts";
import { createSeed } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";
import { mountShell, mountTest } from "./machine.ts";
import { turnCounter } from "./program.ts";
import { assertMessage } from "./messages.ts";

const LOG = logOf(agentEvents(new Random(3), 100));

/** Sizes of disks that fill up while the database is created, upgraded or filled. */
const SIZES: Record<string, number[]> = {
  "that is new": [4, 8, 40, 300],
  "of version 0": [160, 500, 1600],
};

for (const [start, sizes] of Object.entries(SIZES)) {
  mountTest(
    `SPEC 8: a disk that fills up under a database ${start} is a failure that loses nothing`,
    async () => {
      using dir = new TempDir();
      const log = dir.write("log.jsonl", LOG);
      const [from, once] = [dir.file("from.db"), dir.file("once.db")];
      if (start === "of version 0") {
        createSeed(from, 500);
        Deno.copyFileSync(from, once);
      } else dir.write("from.db", "");
      await turnCounter(["--source", log, "--db", once]);
      const small = dir.file("small");
      Deno.mkdirSync(small);
      let failures = 0;
      for (const size of sizes) {
        const out = dir.file(`${size}`);
        const { code, stderr } = await mountShell(
          `mount -t tmpfs -o size=${size}k tmpfs "$SMALL" || exit 98
          cp "$FROM" "$SMALL/turns.db" || exit 97
          "$@" --source "$LOG" --db "$SMALL/turns.db" >"$OUT"
          code=$?
          cp "$SMALL"/turns.db* "$LEFT"
          mount -o remount,size=64m tmpfs "$SMALL"
          "$@" --source "$LOG" --db "$SMALL/turns.db" >>"$OUT" || exit 96
          cp "$SMALL"/turns.db "$OUT.db" && exit $code`,
          { LOG: log, FROM: from, SMALL: small, OUT: out, LEFT: dir.path },
        );
        assert(code <= 1, `with ${size} kB: ${code}: ${stderr}`);
        if (code === 1) {
          failures++;
          assertMessage(stderr, "small/turns.db");
          assertStringIncludes(stderr, "is full; free some space");
        }
        const left = dir.file("turns.db");
        assertEquals(query(left, "PRAGMA integrity_check"), [["ok"]]);
        for (const suffix of ["", "-wal", "-shm"]) {
          Deno.removeSync(dir.write(`turns.db${suffix}`, ""));
        }
        assertEquals(contents(`${out}.db`), contents(once), `${size} kB`);
      }
      assert(failures > 0);
    },
  );
}
