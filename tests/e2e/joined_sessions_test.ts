import { assertEquals } from "@std/assert";
import { query, records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { turnCounter } from "./program.ts";

/** The golden logs of each agent; a fork copies lines of the one before it. */
const LOGS: Record<string, string[]> = {
  codex: ["legacy", "paginated", "fork"],
  claude: ["session", "fork"],
  copilot: ["session"],
  pi: ["session", "fork"],
};

for (const [agent, names] of Object.entries(LOGS)) {
  Deno.test(`SPEC 7: sessions of ${agent} that are joined on stdin give what their files give`, async () => {
    using dir = new TempDir();
    const paths = names.map((name) => `testdata/${agent}/${name}.jsonl`);
    const apart = dir.file("apart.db");
    const sources = paths.flatMap((path) => ["--source", path]);
    await turnCounter([...sources, "--db", apart, "--quiet"]);
    const joined = dir.file("joined.db");
    const stdin = paths.map((path) => Deno.readTextFileSync(path)).join("");
    const { code } = await turnCounter(["--db", joined, "--quiet"], { stdin });
    assertEquals(code, 0);
    assertEquals(records(joined), records(apart));
    const [[turns]] = query<[number]>(joined, "SELECT count(*) FROM turns");
    assertEquals(turns > names.length, true, `${turns} turns`);
  });
}
