import { assertEquals, assertMatch } from "@std/assert";
import { TempDir } from "../support/temp.ts";
import { COMMAND, run, turnCounter } from "./program.ts";

const GOLDEN = "testdata/golden.jsonl";

const isCompiled = COMMAND.length === 1;
const hasStrace =
  (await run(["strace", "-V"]).catch(() => ({ code: 1 }))).code === 0;
/** A test of what only a compiled program does. */
function compiledTest(name: string, fn: () => Promise<void>): void {
  const suffix = isCompiled ? "" : " (left out: the program is not compiled)";
  Deno.test({ name: name + suffix, ignore: !isCompiled, fn });
}

const reason = !isCompiled
  ? " (left out: the program is not compiled)"
  : !hasStrace
  ? " (left out: there is no strace here)"
  : "";

Deno.test({
  name:
    `SPEC 9: the binary opens no socket, starts nothing, and writes no file but the database's${reason}`,
  ignore: reason !== "",
  async fn() {
    using dir = new TempDir();
    const trace = dir.file("trace");
    const db = dir.file("turns.db");
    const calls =
      "open,openat,creat,socket,connect,bind,execve,unlink,mkdir,rename";
    const { code } = await run([
      ...["strace", "-f", "-o", trace, "-e", `trace=${calls}`],
      ...[...COMMAND, "--source", GOLDEN, "--db", db],
    ]);
    assertEquals(code, 0);
    const lines = Deno.readTextFileSync(trace).split("\n");
    const written = lines.flatMap((line) =>
      /O_WRONLY|O_RDWR|O_CREAT|unlink|mkdir|rename/.test(line)
        ? [/"([^"]*)"/.exec(line)?.[1] ?? line]
        : []
    );
    const files = ["", "-journal", "-shm", "-wal"].map((suffix) => db + suffix);
    const others = new Set(written).difference(new Set(files));
    // The runtime looks whether it has a terminal.
    assertEquals([...others].filter((path) => path !== "/dev/null"), []);
    assertEquals(
      lines.filter((line) => /socket\(|connect\(|bind\(/.test(line)),
      [],
    );
    assertEquals(lines.filter((line) => /execve\(/.test(line)).length, 1);
  },
});

Deno.test("SPEC 9: the program starts where nothing temporary can be written", async () => {
  using dir = new TempDir();
  const env = { TMPDIR: "/nonexistent", HOME: "/nonexistent" };
  const ended = await turnCounter(
    ["--source", GOLDEN, "--db", dir.file("turns.db"), "--quiet"],
    { env },
  );
  assertEquals(ended.code, 0);
  assertEquals(
    ended.stdout,
    Deno.readTextFileSync("testdata/golden.turns.jsonl"),
  );
});

compiledTest(
  "SPEC 9: the program does not load a library that the environment names",
  async () => {
    using dir = new TempDir();
    const ended = await turnCounter(
      ["--source", GOLDEN, "--db", dir.file("db")],
      {
        env: { DENO_SQLITE_PATH: "/nonexistent", DENO_SQLITE_LOCAL: "1" },
      },
    );
    assertEquals(ended.code, 0);
  },
);

compiledTest(
  "SPEC 8: a TMPDIR that the runtime does not allow is a failure, not a stack trace",
  async () => {
    const { code, stderr } = await turnCounter([], {
      env: { TMPDIR: "/proc" },
    });
    assertEquals(code, 1);
    assertMatch(stderr, /^turn-counter: cannot load SQLite: .*set TMPDIR.*\n$/);
  },
);
