import { assertEquals } from "@std/assert";
import { logBytes } from "../../tools/gen_log/log_generator.ts";
import { execute } from "../support/seed.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { TempDir } from "../support/temp.ts";
import { run, turnCounter } from "./program.ts";

const YARDSTICK = "tools/bench/yardstick.py";
const YARDSTICK_TREE = "tools/bench/yardstick_tree.py";

/** A canonical log with steered, orphaned and foreign turns, and repeated lines. */
function canonicalLog(seed: number): Uint8Array<ArrayBuffer> {
  return logBytes({ seed, events: 2000, prompts: 300, duplicates: 0.05 });
}

async function sameTables(a: string, b: string) {
  const { code, stdout, stderr } = await run(
    ["python3", "tools/bench/same_tables.py", a, b],
  );
  return { code, same: JSON.parse(stdout).same, stderr };
}

for (const seed of [1, 2]) {
  Deno.test(`yardstick.py writes the oracle's stream of a canonical log (seed ${seed})`, async () => {
    using dir = new TempDir();
    const bytes = canonicalLog(seed);
    const log = dir.write("log", bytes);
    const { code, stdout, stderr } = await run(
      ["python3", YARDSTICK, "--db", dir.file("db"), log],
    );
    assertEquals([code, stderr], [0, ""]);
    const expected = new Oracle().run(bytes, log).stdout;
    assertEquals(stdout.split("\n"), expected.split("\n"));
  });
}

Deno.test("same_tables.py finds no difference between yardstick.py's and turn-counter's tables", async () => {
  using dir = new TempDir();
  const log = dir.write("log", canonicalLog(3));
  const [ours, theirs] = [dir.file("ours"), dir.file("theirs")];
  await turnCounter(["--source", log, "--db", ours, "--synchronous", "off"]);
  await run(["python3", YARDSTICK, "--db", theirs, log]);
  const same = { code: 0, same: true, stderr: "" };
  assertEquals(await sameTables(ours, theirs), same);

  execute(theirs, "UPDATE turns SET duration_ms = 1 WHERE turn_id_glob = 2");
  const { code, same: isSame, stderr } = await sameTables(ours, theirs);
  assertEquals([code, isSame, stderr.includes("turns: (2, ")], [
    1,
    false,
    true,
  ]);
});

Deno.test("yardstick_tree.py writes turn-counter's stream and tables of generated homes", async () => {
  using dir = new TempDir();
  const home = dir.file("home");
  const config = ["--config", "tools/offline/deno.json"];
  await run([
    ...[Deno.execPath(), "run", "--quiet", "--allow-write", ...config],
    ...["tools/gen_tree.ts", "--files=60", "--bytes=4MB", `--out=${home}`],
  ]);
  const [ours, theirs] = [dir.file("ours"), dir.file("theirs")];
  const args = ["--source", home, "--db", ours, "--synchronous", "off"];
  // The times in the names of rollouts are local.
  const { stdout } = await turnCounter(args, { env: { TZ: "UTC" } });
  const other = await run(["python3", YARDSTICK_TREE, "--db", theirs, home]);
  assertEquals([other.code, other.stderr], [0, ""]);
  assertEquals(other.stdout.split("\n"), stdout.split("\n"));
  const same = { code: 0, same: true, stderr: "" };
  assertEquals(await sameTables(ours, theirs), same);
});
