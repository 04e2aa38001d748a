import { assertEquals } from "@std/assert";
import { logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { turnCounter } from "./program.ts";

Deno.test("SPEC 5: --db takes a path literally, even if SQLite would interpret it", async () => {
  using dir = new TempDir();
  const names = [
    ...[":memory:", "a b?mode=rwc#%41.db", "file:turns.db?mode=memory"],
    "日本.db",
  ];
  for (const [i, name] of names.entries()) {
    const log = Array.from({ length: i + 1 }, (_, j) => prompt({ pid: j }));
    const args = ["--db", name];
    const { code, stderr } = await turnCounter(args, {
      ...{ stdin: logOf(log), cwd: dir.path },
    });
    assertEquals([code, stderr], [0, ""], name);
    const { stdout } = await turnCounter(["status", "--json", ...args], {
      cwd: dir.path,
    });
    assertEquals(JSON.parse(stdout).turns.total, i + 1, name);
  }
  const files = [...Deno.readDirSync(dir.path)].map(({ name }) => name);
  assertEquals(files.sort(), names.toSorted());
});
