import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { contents, fold, records } from "../support/database.ts";
import { answer, at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { linuxTest } from "./machine.ts";
import {
  COMMAND,
  LivePipe,
  run,
  Running,
  shell,
  turnCounter,
  untilStopped,
  within,
} from "./program.ts";

const QUESTION = lineOf(prompt()) + "\n";

Deno.test("tail -F log | turn-counter writes a record while the pipe stays open", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", "");
  await using live = await LivePipe.follow(log, ["--db", dir.file("turns.db")]);
  for (let i = 1; i <= 20; i++) {
    Deno.writeTextFileSync(log, logOf([prompt({ t: at(i) })]), {
      append: true,
    });
    if (i > 1) await live.line(); // the turn orphaned by this one
    const record = JSON.parse((await live.line())!);
    assertEquals([record.turn_id_glob, record.status], [i, "waiting_response"]);
    // Committed before it was written.
    assertEquals(records(dir.file("turns.db")).at(-1), record);
  }
});

Deno.test("tail -F log | turn-counter continues across a rotation", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", logOf([prompt({ text: "old" })]));
  await using live = await LivePipe.follow(log, ["--db", dir.file("turns.db")]);
  await live.line();
  Deno.renameSync(log, `${log}.1`);
  Deno.writeTextFileSync(log, logOf([prompt({ text: "new", t: at(1e6) })]));
  const orphan = JSON.parse((await live.line())!);
  assertEquals([orphan.user_text, orphan.status], ["old", "orphaned"]);
  assertEquals(JSON.parse((await live.line())!).user_text, "new");
});

Deno.test("turn-counter writes each record before it waits for the next line", async () => {
  using dir = new TempDir();
  await using program = Running.start(["--db", dir.file("turns.db")]);
  // The newline alone completes the line.
  for (const piece of [QUESTION.slice(0, 50), QUESTION.slice(50, -1), "\n"]) {
    await program.write(piece);
  }
  assertEquals(JSON.parse((await program.line())!).user_text, "hello");
  await program.write(lineOf(answer()) + "\n" + QUESTION.slice(0, 50));
  assertEquals(JSON.parse((await program.line())!).status, "completed");
});

Deno.test("turn-counter reads a last line without a newline", async () => {
  using dir = new TempDir();
  await using program = Running.start(["--db", dir.file("turns.db")]);
  await program.write(QUESTION.trimEnd());
  assertEquals((await program.end()).code, 0);
  assertEquals(records(dir.file("turns.db")).length, 1);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`SPEC 8: ${signal} ends a program that waits for input with code 0`, async () => {
    using dir = new TempDir();
    const db = dir.file("turns.db");
    await using program = Running.start(["--db", db]);
    await program.write(QUESTION + QUESTION.slice(0, 50));
    await program.line();
    program.kill(signal);
    assertEquals(await program.exit(), { code: 0, signal: null, stderr: "" });
    // The database was closed cleanly: there are no other files.
    const names = [...Deno.readDirSync(dir.path)].map(({ name }) => name);
    assertEquals(names, ["turns.db"]);
    assertEquals(records(db).length, 1);
  });

  Deno.test(`SPEC 8: ${signal} in the middle of a file ends after a whole record`, async () => {
    using dir = new TempDir();
    const db = dir.file("turns.db");
    const events = Array.from(
      { length: 20_000 },
      (_, i) => prompt({ t: at(i), sid: `s${i % 50}` }),
    );
    const log = dir.write("log.jsonl", logOf(events));
    const stdout = dir.file("stdout");
    const script = 'out=$0; exec "$@" >"$out"';
    await using program = new Running(
      ["sh", "-c", script, stdout, ...COMMAND, "--source", log, "--db", db],
    );
    await within(untilNotEmpty(stdout), "records");
    program.kill(signal);
    assertEquals(await program.exit(), { code: 0, signal: null, stderr: "" });
    const lines = Deno.readTextFileSync(stdout).split("\n");
    assertEquals(lines.pop(), "");
    const last = JSON.parse(lines.at(-1)!);
    assertEquals(records(db).at(-1), last);
    assertEquals(last.turn_id_glob < events.length, true);
  });
}

/** Waits until a file is not empty. */
async function untilNotEmpty(path: string): Promise<void> {
  while (true) {
    const size = await Deno.stat(path).then(({ size }) => size, () => 0);
    if (size > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** It reads less at a time than a pipe holds, and pauses in between. */
const SLOW_READER = `
import os, time
while block := os.read(0, 20_000):
    time.sleep(0.002)
    while block: block = block[os.write(1, block):]`;

Deno.test("SPEC 4: a slow reader gets every record complete, of any length", async () => {
  using dir = new TempDir();
  const events = Array.from(
    { length: 40 },
    (_, i) => prompt({ t: at(i), sid: `s${i}`, text: "é".repeat(i * 5000) }),
  );
  const log = dir.write("log", logOf(events));
  const { stdout, stderr } = await shell(
    `"$@" --source "$LOG" --db "$DB" --synchronous off | python3 -c "$READER"`,
    { LOG: log, DB: dir.file("turns.db"), READER: SLOW_READER },
  );
  assertEquals(stderr, "");
  assertEquals(fold(stdout), records(dir.file("turns.db")));
  assertEquals(stdout.split("\n").length, 41);
});

Deno.test("SPEC 8: SIGTERM ends a program with blocked stdout after five seconds", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const log = dir.write("log", logOf([prompt({ text: "x".repeat(3e6) })]));
  const started = await shell(
    `mkfifo "$FIFO"; "$@" --source "$LOG" --db "$DB" >"$FIFO" &
    pid=$!; exec 3<"$FIFO"
    until [ "$(sqlite3 "$DB" 'SELECT count(*) FROM turns' 2>&1)" = 1 ]; do :; done
    kill -TERM $pid; wait $pid; echo $?`,
    { LOG: log, DB: db, FIFO: dir.file("fifo") },
  );
  assertEquals(started.stdout, "1\n");
  assertStringIncludes(started.stderr, "stdout was blocked");
  assertEquals(records(db).length, 1);
});

Deno.test("SPEC 8: a second signal ends a program with blocked stdout at once, and loses nothing", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const log = dir.write("log", logOf([prompt({ text: "x".repeat(3e6) })]));
  const script = `mkfifo "$FIFO"; "$@" --source "$LOG" --db "$DB" >"$FIFO" &
    pid=$!; exec 3<"$FIFO"
    until [ "$(sqlite3 "$DB" 'SELECT count(*) FROM turns' 2>&1)" = 1 ]; do :; done
    begun=\${EPOCHREALTIME/[.,]/}
    kill -TERM $pid; kill -INT $pid; wait $pid; echo $?
    echo $((\${EPOCHREALTIME/[.,]/} - begun))`;
  const env = { LOG: log, DB: db, FIFO: dir.file("fifo") };
  const { stdout, stderr } = await shell(script, env);
  const [code, microseconds] = stdout.split("\n");
  assertEquals(code, "1");
  // After a single signal it waits for five seconds.
  assert(+microseconds < 4e6, `it took ${microseconds} microseconds`);
  assertStringIncludes(stderr, "stdout was blocked");
  const again = await turnCounter(["--source", log, "--db", db]);
  assertEquals([again.code, fold(again.stdout)], [0, records(db)]);
});

linuxTest(
  "SPEC 8: several signals at once, as from timeout, end a program with code 0",
  async () => {
    using dir = new TempDir();
    await using program = Running.start(["--db", dir.file("turns.db")]);
    await program.write(QUESTION);
    await program.line();
    program.kill("SIGSTOP");
    await untilStopped(program.pid);
    for (const signal of ["SIGTERM", "SIGINT", "SIGCONT"] as const) {
      program.kill(signal);
    }
    assertEquals(await program.exit(), { code: 0, signal: null, stderr: "" });
  },
);

Deno.test("turn-counter waits for non-blocking standard streams", async () => {
  using dir = new TempDir();
  const events = Array.from(
    { length: 300 },
    (_, i) => prompt({ t: at(i), sid: `s${i}`, text: "x".repeat(3000) }),
  );
  const log = dir.write("log", logOf(events));
  // The pauses make the program wait at both of its ends.
  const script = `
import os, subprocess, sys, time
log, db = sys.argv[1:3]
ends = [os.pipe(), os.pipe()]
for fd in (ends[0][0], ends[1][1]): os.set_blocking(fd, False)
program = subprocess.Popen(sys.argv[3:] + ["--db", db], stdin=ends[0][0], stdout=ends[1][1])
os.close(ends[0][0]); os.close(ends[1][1])
if os.fork() == 0:
    os.close(ends[1][0])
    time.sleep(0.2)
    os.write(ends[0][1], open(log, "rb").read())
    os._exit(0)
os.close(ends[0][1])
time.sleep(0.5)
sys.stdout.write(os.fdopen(ends[1][0]).read())
sys.exit(program.wait())`;
  const db = dir.file("turns.db");
  const ended = await run(["python3", "-c", script, log, db, ...COMMAND]);
  assertEquals([ended.code, ended.stderr], [0, ""]);
  assertEquals(fold(ended.stdout), records(db));
  assertEquals(records(db).length, 300);
});

Deno.test("SPEC 8: turn-counter | head -1 ends with code 0 and no message", async () => {
  using dir = new TempDir();
  const events = Array.from({ length: 2000 }, (_, i) => prompt({ t: at(i) }));
  const { stdout, stderr } = await shell(
    '"$@" --source "$LOG" --db "$DB" | head -1 | wc -l | tr -d " "; echo ${PIPESTATUS[0]}',
    { LOG: dir.write("log.jsonl", logOf(events)), DB: dir.file("turns.db") },
  );
  assertEquals([stdout, stderr], ["1\n0\n", ""]);
  // It ended when stdout was closed, not at the end of the log.
  assertEquals(records(dir.file("turns.db")).length < events.length, true);
});

Deno.test("SPEC 5: programs that start at once on a missing database all succeed", async () => {
  using dir = new TempDir();
  for (let round = 0; round < 6; round++) {
    const db = dir.file(`${round}.db`);
    const started = [1, 2, 3, 4, 5].map(() => run([...COMMAND, "--db", db]));
    const ends = await Promise.all(started);
    const wanted = { code: 0, stdout: "", stderr: "" };
    assertEquals(ends, ends.map(() => wanted));
  }
});

Deno.test("two programs share one database: no id twice, none missing, no count lost", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const logs = ["a", "b"].map((name) => {
    const events = Array.from({ length: 1500 }, (_, i) =>
      // Half of the turns belong to a process in both logs.
      prompt({ t: at(i), sid: i % 2 ? "shared" : name, text: `${name}${i}` }));
    return dir.write(name, logOf(events));
  });
  const started = logs.map((log) =>
    run([...COMMAND, "--source", log, "--db", db, "--synchronous", "off"])
  );
  for (const { code, stderr } of await Promise.all(started)) {
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  }
  const rows = records(db);
  assertEquals(rows.map((row) => row.turn_id_glob), rows.map((_, i) => i + 1));
  assertEquals(rows.length, 3000);
  const shared = rows.filter(({ sid }) => sid === "shared");
  assertEquals(
    shared.map((row) => row.session_turn),
    shared.map((_, i) => i + 1),
  );
  assertEquals(shared.filter((row) => row.status !== "orphaned").length, 1);
});

Deno.test("two programs that read one log at once apply each event once", async () => {
  using dir = new TempDir();
  const events = Array.from(
    { length: 1000 },
    (_, i) => i % 2 ? answer({ t: at(i) }) : prompt({ t: at(i) }),
  );
  const log = dir.write("log.jsonl", logOf(events));
  const args = [...COMMAND, "--source", log, "--synchronous", "off", "--db"];
  const [once, twice] = [dir.file("once.db"), dir.file("twice.db")];
  const ends = await Promise.all(
    [once, twice, twice].map((db) => run([...args, db])),
  );
  assertEquals(ends.map(({ code, stderr }) => [code, stderr]), [[0, ""], [
    0,
    "",
  ], [0, ""]]);
  assertEquals(contents(twice), contents(once));
});
