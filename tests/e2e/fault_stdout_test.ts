import { assert, assertEquals } from "@std/assert";
import { appliedEvents, contents, fold, records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { linuxTest, mountShell, mountTest } from "./machine.ts";
import { COMMAND, run, shell, turnCounter, until, within } from "./program.ts";
import { assertFails } from "./messages.ts";

const GOLDEN = "testdata/golden.jsonl";

/** Prompts of different sessions, so that each has one record. */
function prompts(count: number, text: string) {
  return Array.from(
    { length: count },
    (_, i) => prompt({ sid: `s${i}`, t: at(i), text }),
  );
}

/** The program, and a reader of its stdout that reads as much as a test wants. */
class SlowReader implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  received = 0;
  #reader: ReadableStreamBYOBReader;
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #ended = false;

  constructor(args: string[]) {
    this.child = new Deno.Command(COMMAND[0], {
      args: [...COMMAND.slice(1), ...args],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#reader = this.child.stdout.getReader({ mode: "byob" });
  }

  /** Reads up to `most` bytes, and asserts that the stream continues. */
  async read(most: number): Promise<void> {
    assert(await this.#read(most), "it ended too early");
  }

  /** Reads the rest, asserts exit code 0, and returns the whole stream. */
  async end(): Promise<string> {
    while (await this.#read(1e6));
    this.#ended = true;
    assertEquals((await within(this.child.status, "the end")).code, 0);
    return await new Blob(this.#pieces).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It ended by itself.
    }
    while (await this.#read(1e6));
    await this.child.status;
  }

  /** Reads up to `most` bytes; returns false at the end. */
  async #read(most: number): Promise<boolean> {
    const view = new Uint8Array(most);
    const { done, value } = await within(this.#reader.read(view), "stdout");
    if (value) this.#pieces.push(value);
    this.received += value?.length ?? 0;
    return !done;
  }
}

for (const mode of ["batch", "follow"]) {
  linuxTest(
    `SPEC 4: a slow reader gets every record, and the program buffers little (${mode})`,
    async () => {
      using dir = new TempDir();
      const db = dir.file("turns.db");
      const size = 100_000;
      const events = prompts(150, "x".repeat(size));
      const log = dir.write("log.jsonl", logOf(events));
      const args = ["--source", log, "--db", db, "--synchronous", "off"];
      if (mode === "follow") args.push("--follow");
      await using program = new SlowReader(args);
      while (program.received < 2 * size) {
        await program.read(500);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      // The program is ahead by the content of the pipe and the current group.
      const ahead = appliedEvents(db) * size - program.received;
      assert(ahead < 2 ** 20 + 2 * size, `it is ${ahead} bytes ahead`);
      while (program.received < 0.9 * events.length * size) {
        await program.read(1e6);
      }
      const { pid } = program.child;
      const { stdout } = await run(["cat", `/proc/${pid}/status`]);
      const peak = +/VmHWM:\s+(\d+) kB/.exec(stdout)![1];
      assert(peak < 160_000, `it used ${peak} kB of memory`);
      if (mode === "follow") {
        while (appliedEvents(db) < events.length) await program.read(1e6);
        program.child.kill("SIGTERM");
      }
      const stream = await program.end();
      assertEquals(stream.split("\n").length, events.length + 1);
      assertEquals(fold(stream), records(db));
    },
  );
}

linuxTest(
  "SPEC 8: SIGTERM while the pipe is full ends after a whole record, once it is read",
  async () => {
    using dir = new TempDir();
    const db = dir.file("turns.db");
    const big = prompts(2, "x".repeat(50_000));
    const small = prompts(5000, "y");
    const log = dir.write("log", logOf([...big, ...small]));
    await using program = new SlowReader(["--source", log, "--db", db]);
    // The pipe has room for one of the big records only, so the group blocks.
    await until(() => appliedEvents(db) > 0, "a full pipe");
    program.child.kill("SIGTERM");
    const stream = await program.end();
    assert(stream.endsWith("}\n"));
    assertEquals(fold(stream), records(db));
    assert(records(db).length < small.length);
  },
);

Deno.test("SPEC 8: a standard stream that is closed at the start acts like /dev/null", async () => {
  using dir = new TempDir();
  await turnCounter(["--source", GOLDEN, "--db", dir.file("once.db")]);
  const combinations = ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"];
  for (const [i, closed] of combinations.entries()) {
    const wants = (stream: string, name: string) =>
      closed.split(" ").includes(stream) ? "" : Deno.readTextFileSync(name);
    const db = dir.file(`${i}.db`);
    const ended = await shell(
      `exec "$@" --source ${GOLDEN} --db "$DB" ${closed}`,
      { DB: db },
    );
    assertEquals(ended, {
      code: 0,
      stdout: wants(">&-", "testdata/golden.turns.jsonl"),
      stderr: wants("2>&-", "testdata/golden.stderr.txt"),
    }, closed);
    assertEquals(contents(db), contents(dir.file("once.db")), closed);
  }
  const db = dir.file("none.db");
  const none = await shell('exec "$@" --db "$DB" <&-', { DB: db });
  assertEquals(none, { code: 0, stdout: "", stderr: "" });
  assertEquals(records(db), []);
});

mountTest(
  "SPEC 8: a full disk under stdout is a failure, and a restart emits the missing records",
  async () => {
    using dir = new TempDir();
    const log = dir.write("log.jsonl", logOf(prompts(300, "x".repeat(1000))));
    Deno.mkdirSync(dir.file("small"));
    const script = `
      mount -t tmpfs -o size=64k tmpfs "$SMALL" &&
      "$@" --source "$LOG" --db "$DB" >"$SMALL/out" && exit 99
      code=$?
      cp "$SMALL/out" "$OUT" && mount -o remount,size=4m tmpfs "$SMALL" &&
      "$@" --source "$LOG" --db "$DB" >"$SMALL/out" &&
      cp "$SMALL/out" "$OUT.2" && exit $code`;
    const env = {
      LOG: log,
      DB: dir.file("turns.db"),
      SMALL: dir.file("small"),
      OUT: dir.file("stream"),
    };
    const ended = await mountShell(script, env);
    assertFails(ended, 1, "stdout", "No space left", "read the log again");
    const stream = Deno.readTextFileSync(env.OUT);
    const rows = records(env.DB);
    assertEquals(rows.length, 300);
    // All records but the last are complete, and were committed.
    const lines = stream.split("\n").slice(0, -1);
    assertEquals(
      lines.map((line) => JSON.parse(line)),
      rows.slice(0, lines.length),
    );
    assert(lines.length > 10);
    assertEquals(fold(Deno.readTextFileSync(`${env.OUT}.2`)), rows);
  },
);
