import { assertEquals, assertMatch } from "@std/assert";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { compiledTest, mountShell, mountTest, traceTest } from "./machine.ts";
import { COMMAND, run, turnCounter } from "./program.ts";

const GOLDEN = "testdata/golden.jsonl";

traceTest(
  "SPEC 9: the binary opens no socket, starts no process, and writes only the database",
  async () => {
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
    // The runtime checks for a terminal, and the program opens stdout and stderr
    // again for non-blocking writes.
    const own = ["/dev/null", "/proc/self/fd/1", "/proc/self/fd/2"];
    assertEquals([...others].filter((path) => !own.includes(path)), []);
    assertEquals(
      lines.filter((line) => /socket\(|connect\(|bind\(/.test(line)),
      [],
    );
    assertEquals(lines.filter((line) => /execve\(/.test(line)).length, 1);
  },
);

traceTest(
  "SPEC 4: each commit is durable before its records are written, by --synchronous",
  async () => {
    using dir = new TempDir();
    const trace = dir.file("trace");
    const calls = "trace=fdatasync,fsync,write";
    // Too many for one group, or for one write.
    const prompts = Array.from(
      { length: 1100 },
      (_, i) => prompt({ t: at(i) }),
    );
    const log = dir.write("log.jsonl", logOf(prompts));
    /** The syncs (s) and records (r) of a run, in their order. */
    const order = async (mode: string) => {
      const args = ["--source", log, "--db", dir.file(`${mode}.db`)];
      await run([
        ...["strace", "-f", "-o", trace, "-e", calls],
        ...[...COMMAND, ...args, "--synchronous", mode],
      ]);
      return Deno.readTextFileSync(trace).split("\n").map((line) =>
        line.includes("sync(") ? "s" : /write\(\d+, "\{/.test(line) ? "r" : ""
      ).join("");
    };
    assertMatch(await order("full"), /^(s+r+){4,}s+$/);
    // A new file is always synced. After that, normal syncs at checkpoints only,
    // and off never.
    assertMatch(await order("normal"), /^s*r+s+$/);
    assertMatch(await order("off"), /^s*r+$/);
  },
);

mountTest(
  "SPEC 9: the program starts if TMPDIR cannot be written",
  async () => {
    using dir = new TempDir();
    Deno.mkdirSync(dir.file("ro"));
    const script = `
    mount -t tmpfs -o ro tmpfs "$TMPDIR" && ! touch "$TMPDIR/x" 2>/dev/null &&
    exec "$@" --source ${GOLDEN} --db "$DB" --quiet`;
    const env = { TMPDIR: dir.file("ro"), DB: dir.file("turns.db") };
    const ended = await mountShell(script, env);
    assertEquals(ended.code, 0);
    assertEquals(
      ended.stdout,
      Deno.readTextFileSync("testdata/golden.turns.jsonl"),
    );
  },
);

compiledTest(
  "SPEC 9: the program ignores a library that the environment names",
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
