import { assertEquals, assertMatch } from "@std/assert";
import { records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { run, shell, turnCounter } from "./program.ts";

const GOLDEN = "testdata/golden.jsonl";
const TURNS = Deno.readTextFileSync("testdata/golden.turns.jsonl");

Deno.test("SPEC 7: gzip is recognised by its first bytes, whatever the name, in several members, and on stdin", async () => {
  using dir = new TempDir();
  const script = `set -e; cd "$DIR"
    head -n 20 "$GOLDEN" | gzip -9 >log && tail -n +21 "$GOLDEN" | gzip -1 >>log
    "$@" --quiet --source log --db a.db 2>/dev/null
    "$@" --quiet --db b.db <log 2>/dev/null
    cat log | "$@" --quiet --source - --db c.db 2>/dev/null`;
  const { code, stdout } = await shell(script, {
    DIR: dir.path,
    GOLDEN: Deno.realPathSync(GOLDEN),
  });
  assertEquals(code, 0);
  assertEquals(stdout, TURNS.repeat(3));
});

Deno.test("SPEC 7: a truncated gzip file is told, what came before it is kept, the next source is read, and the code is 1", async () => {
  using dir = new TempDir();
  const events = Array.from(
    { length: 300 },
    (_, i) => prompt({ t: at(i), text: `${i} ${crypto.randomUUID()}` }),
  );
  const log = dir.write("log", logOf(events));
  await run(["gzip", "-k", log]);
  const whole = Deno.readFileSync(`${log}.gz`);
  const cut = dir.write("cut.gz", whole.subarray(0, whole.length / 2));
  const db = dir.file("turns.db");
  const last = dir.write("last", logOf([prompt({ text: "last" })]));
  const args = ["--source", cut, "--source", last, "--db", db];
  const { code, stderr } = await turnCounter(args);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^(turn-counter: line \d+ of .* rejected: not JSON\n)?turn-counter: ".*cut\.gz" is damaged: its gzip data ends in the middle; the lines before that were read\n(turn-counter: line \d+ of .* rejected: not JSON\n)?$/,
  );
  const texts = records(db).map((row) => row.user_text);
  const kept = texts.slice(0, -1);
  assertEquals(texts.at(-1), "last");
  assertEquals(kept, events.slice(0, kept.length).map(({ text }) => text));
  assertEquals(kept.length > 50, true, `${kept.length} were kept`);
});
