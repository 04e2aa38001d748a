import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { mountShell, mountTest, testWith } from "./machine.ts";
import { run, shell, turnCounter } from "./program.ts";

const GOLDEN = "testdata/golden.jsonl";
const zstdTest = await testWith("zstd");
const TURNS = Deno.readTextFileSync("testdata/golden.turns.jsonl");

Deno.test("SPEC 7: gzip is recognised by its first bytes, in several members, and on stdin", async () => {
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

Deno.test("SPEC 7: a truncated gzip file is reported, its lines are kept, and the code is 1", async () => {
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

zstdTest(
  "DeveLanCacheUI#65: zstd is recognised by its first bytes, in several frames, on stdin and from a FIFO",
  async () => {
    using dir = new TempDir();
    const script = `set -e; cd "$DIR"; mkfifo fifo
      head -n 20 "$GOLDEN" | zstd -q -9 >log && tail -n +21 "$GOLDEN" | zstd -q >>log
      "$@" --quiet --source log --db a.db 2>/dev/null
      "$@" --quiet --db b.db <log 2>/dev/null
      cat log | "$@" --quiet --source - --db c.db 2>/dev/null
      cat log >fifo & "$@" --quiet --source fifo --db d.db 2>/dev/null`;
    const env = { DIR: dir.path, GOLDEN: Deno.realPathSync(GOLDEN) };
    const { code, stdout } = await shell(script, env);
    assertEquals(code, 0);
    assertEquals(stdout, TURNS.repeat(4));
  },
);

zstdTest(
  "DeveLanCacheUI#65: a truncated zstd file is reported, its whole blocks are read, and the code is 1",
  async () => {
    using dir = new TempDir();
    const events = Array.from(
      { length: 3000 },
      (_, i) => prompt({ t: at(i), text: `${i} ${crypto.randomUUID()}` }),
    );
    const log = dir.write("log", logOf(events));
    await run(["zstd", "-q", log]);
    const whole = Deno.readFileSync(`${log}.zst`);
    const part = dir.write("part.zst", whole.subarray(0, whole.length / 2));
    const db = dir.file("turns.db");
    const { code, stderr } = await turnCounter(["--source", part, "--db", db]);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /turn-counter: ".*part\.zst" is damaged: its zstd data ends in the middle; /,
    );
    const texts = records(db).map((row) => row.user_text);
    assertEquals(texts, events.slice(0, texts.length).map(({ text }) => text));
    assertEquals(texts.length > 500, true, `${texts.length} were read`);
  },
);

const OTHERS = [
  ["xz", "xz -c", "xz -dc"],
  ["bzip2", "bzip2 -c", "bzip2 -dc"],
  ["lz4", "lz4 -q -c", "lz4 -dc"],
  ["zip", "zip -q - -", "unzip -p"],
] as const;

for (const [name, compress, decompress] of OTHERS) {
  const test = await testWith(name, decompress.split(" ")[0]);
  test(
    `DeveLanCacheUI#65: ${name} is a usage error that names the remedy`,
    async () => {
      using dir = new TempDir();
      const env = { GOLDEN, DIR: dir.path, DB: dir.file("turns.db") };
      const packed = dir.file("packed");
      await shell(`${compress} <"$GOLDEN" >"$DIR/packed"`, env);
      const sentence = (source: string) =>
        `turn-counter: cannot read "${source}": it is compressed with ${name}; decompress it on the way: ${decompress} FILE | turn-counter; see turn-counter --help\n`;
      const file = await turnCounter(["--source", packed, "--db", env.DB]);
      assertEquals(file, { code: 2, stdout: "", stderr: sentence(packed) });
      assertThrows(() => Deno.statSync(env.DB), Deno.errors.NotFound);
      const piped = await shell('cat "$DIR/packed" | "$@" --db "$DB"', env);
      assertEquals(piped, { code: 2, stdout: "", stderr: sentence("stdin") });
      assertEquals(records(env.DB), []);
      // The remedy works.
      const script = `set -o pipefail
        ${decompress} "$DIR/packed" | "$@" --quiet --db "$DB" 2>/dev/null`;
      const remedied = await shell(script, env);
      assertEquals(remedied, { code: 0, stdout: TURNS, stderr: "" });
    },
  );
}

mountTest(
  "DeveLanCacheUI#65: a zstd source without libzstd is a failure that says what to install",
  async () => {
    using dir = new TempDir();
    // The data need not be whole: nothing of it is read.
    const log = dir.write("log", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0));
    const script = `for file in /lib*/*/libzstd.so.1 /usr/lib*/libzstd.so.1; do
        [ ! -e "$file" ] || mount --bind /dev/null "$(realpath "$file")"
      done
      "$@" --source "$LOG" --db "$DB"; echo $?
      "$@" --db "$DB" <"$LOG"; echo $?`;
    const env = { LOG: log, DB: dir.file("turns.db") };
    const { stdout, stderr } = await mountShell(script, env);
    assertEquals(stdout, "1\n1\n");
    const lines = stderr.trimEnd().split("\n");
    assertEquals(lines.length, 2, stderr);
    for (const line of lines) {
      assertMatch(line, /^turn-counter: .* zstd.* install .*libzstd1/);
    }
  },
);
