import { assert, assertEquals, assertMatch } from "@std/assert";
import { query, records } from "../support/database.ts";
import { lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { FollowedLog, Follower, hasRead } from "./follower.ts";
import { linuxTest } from "./machine.ts";
import { COMMAND, run, Running, shell, turnCounter, until } from "./program.ts";

Deno.test("SPEC 7: --follow reads the existing lines, then each new line at once", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(3));
  const program = log.start();
  await program.emits("prompt 2");
  for (let i = 0; i < 20; i++) {
    const [line, text] = log.mark();
    log.append(line);
    await program.emits(text);
    // Committed before it was written.
    assertEquals(records(log.db).at(-1)!.user_text, text);
  }
  assertEquals(await log.stop(), "");
  await log.assertAsBatch();
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`SPEC 7: --follow exits with 0 on ${signal}, and resumes at that line`, async () => {
    await using log = new FollowedLog();
    log.append(log.turns(5));
    const first = log.start();
    await first.emits("prompt 4");
    await log.caughtUp();
    assertEquals(await log.stop(signal), "");
    log.append(log.turns(2));
    const second = log.start();
    await log.caughtUp();
    // Nothing is emitted twice.
    assertEquals(second.texts, [
      ...["prompt 5", "prompt 5", "prompt 6", "prompt 6"],
      "mark 1",
    ]);
    await log.stop();
    await log.assertAsBatch();
  });
}

Deno.test("SPEC 7: --follow stopped repeatedly in a long file resumes at that line each time", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(300));
  const seen: string[] = [];
  while (seen.length < 600) {
    const program = log.start("--synchronous", "off");
    await program.emitsRecords(Math.min(80, 600 - seen.length));
    await log.stop();
    seen.push(...program.texts);
  }
  assertEquals(
    seen,
    Array.from({ length: 600 }, (_, i) => `prompt ${i >> 1}`),
  );
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow moves its position past other lines, at most once a second", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  const moves: number[][] = [];
  await until(() => {
    log.append('{"event":"turn.delta"}\n');
    const sql = "SELECT read_bytes, moved_ms FROM checkpoints";
    const [[offset, time]] = query<[number, number]>(log.db, sql);
    if (offset !== moves.at(-1)?.[0]) moves.push([offset, time]);
    return moves.length > 5;
  }, "positions");
  // The first move may be that of the event; single moves may be late.
  const times = moves.slice(1).map(([, time]) => time);
  assert(times.at(-1)! - times[0] > 3000, `${times}`);
  await log.crash();
  // The next run resumes there, not after the last event.
  const [[line]] = query<[number]>(
    log.db,
    "SELECT read_lines FROM checkpoints",
  );
  assert(line > 3, `${line}`);
});

Deno.test("SPEC 4: --follow killed anywhere loses nothing", async () => {
  await using log = new FollowedLog();
  for (let run = 0; run < 5; run++) {
    log.append(log.turns(20));
    const program = log.start();
    await program.emits(`prompt ${20 * run + 3 * run}`);
    await log.crash();
  }
  log.start();
  await log.caughtUp();
  await log.assertAsBatch();
});

linuxTest(
  "SPEC 7: --follow does not read an incomplete line before its newline",
  async () => {
    await using log = new FollowedLog();
    const program = log.start();
    await log.caughtUp();
    const [half, text] = [lineOf(prompt({ text: "half" })), "half"];
    for (const end of [half.length, 50, half.length - 1]) {
      log.append(half.slice(0, end));
      await until(() => hasRead(program.pid, log.path), "the half line");
      if (end < half.length) log.append(half.slice(end) + "\n");
      // Alone it would be a prompt; followed by this, it is not.
      else log.append("}\n");
      await log.caughtUp();
    }
    assertEquals(program.texts.filter((other) => other === text).length, 2);
    await log.assertAsBatch();
  },
);

linuxTest(
  "SPEC 7: --follow stopped in the middle of a line reads all of it after the restart",
  async () => {
    await using log = new FollowedLog();
    log.append(log.turns(2));
    const [line, text] = log.mark();
    for (const [start, end] of [[0, 20], [20, 90], [90, line.length - 1]]) {
      log.append(line.slice(start, end));
      const program = log.start();
      await until(() => hasRead(program.pid, log.path), "the half line");
      await log.stop();
    }
    log.append("\n");
    await log.start().emits(text);
    assertEquals(log.follower.texts, [text]);
    await log.assertAsBatch();
  },
);

Deno.test("SPEC 7: --follow waits for a file that does not exist yet", async () => {
  await using log = new FollowedLog();
  const stderr = log.dir.write("stderr", "");
  const said = () => Deno.readTextFileSync(stderr);
  const program = log.startBy("sh", "-c", 'exec "$@" 2>"$0"', stderr);
  await until(() => said().endsWith("\n"), "the wait");
  log.append(log.turns(1));
  await program.emits("prompt 0");
  await log.caughtUp();
  await log.stop();
  assertEquals(
    said(),
    `turn-counter: "${log.path}" does not exist; waiting for it\n`,
  );
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow of no source, stdin, a FIFO or a compressed file is a mistake", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const log = dir.write("log", "");
  const { code } = await run(["mkfifo", dir.file("fifo")]);
  assertEquals(code, 0);
  await run(["gzip", "-k", dir.write("packed", logOf([prompt()]))]);
  for (
    const sources of [
      [],
      ["-"],
      ["/dev/stdin"],
      [log, "-"],
      [dir.path, "-"],
      [dir.file("fifo")],
      [dir.file("packed.gz")],
    ]
  ) {
    const args = sources.flatMap((source) => ["--source", source]);
    const ended = await turnCounter([...args, "--follow", "--db", db]);
    assertEquals([ended.code, ended.stdout], [2, ""], `${sources}`);
    // The remedy is not stdin, which cannot be followed either.
    assertMatch(ended.stderr, /^turn-counter: .*--source((?!stdin).)*\n$/);
    assert(
      !("turns.db" in Object.fromEntries(
        [...Deno.readDirSync(dir.path)].map(({ name }) => [name, true]),
      )),
    );
  }
});

Deno.test("SPEC 7: --follow refuses to write to a file that is named like a rotated log", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", '{"event":"turn.user_message"}\n');
  const [db, dead] = [dir.file("turns.db"), dir.file("dead")];
  const args = ["--source", log, "--follow"];
  for (
    const [name, ...names] of [
      ["log.jsonl.old", "--db", db, "--dead-letter"],
      ["./log.1.jsonl", "--dead-letter", dead, "--db"],
    ]
  ) {
    const ended = await turnCounter([...args, ...names, dir.file(name)]);
    assertEquals([ended.code, ended.stdout], [2, ""]);
    assertMatch(ended.stderr, /^turn-counter: .*rotated log.*\n$/);
  }
  assertEquals([...Deno.readDirSync(dir.path)].length, 1);
});

Deno.test("SPEC 7: --follow of two files into one database resumes each where it stopped", async () => {
  await using log = new FollowedLog();
  const other = log.dir.file("other.jsonl");
  const args = ["--source", other, "--follow", "--db", log.db];
  const texts: string[] = [];
  for (let round = 0; round < 3; round++) {
    Deno.writeTextFileSync(
      other,
      logOf([prompt({ text: `other ${round}`, sid: `other ${round}` })]),
      { append: true },
    );
    log.append(log.turns(1));
    log.start();
    await using program = new Follower(args);
    await program.emits(`other ${round}`);
    await log.caughtUp();
    await log.stop();
    await program.stop();
    texts.push(...program.texts);
  }
  assertEquals(texts, ["other 0", "other 1", "other 2"]);
  const emitted = log.stream.split("\n").map((line) =>
    JSON.parse(line).user_text
  );
  assertEquals(
    emitted,
    [0, 1, 2].flatMap((i) => [
      ...[`prompt ${i}`, `prompt ${i}`],
      `mark ${i}`,
    ]),
  );
});

Deno.test("SPEC 7: --follow of a file that another process follows into the database is refused", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  const first = log.start();
  await log.caughtUp();
  const args = ["--source", log.path, "--follow", "--db", log.db];
  // Whatever path names it.
  const linked = log.dir.file("linked");
  Deno.symlinkSync(log.dir.path, linked);
  const alias = log.dir.file("alias");
  Deno.symlinkSync(log.path, alias);
  for (const name of [log.path, `${linked}/log.jsonl`, alias]) {
    const second = await turnCounter([...args.with(1, name)]);
    assertEquals([second.code, second.stdout], [1, ""]);
    assertMatch(
      second.stderr,
      /^turn-counter: [^\n]*log\.jsonl[^\n]* is being followed [^\n]*\n$/,
    );
  }
  // Reading it once, or into another database, is allowed.
  const once = await turnCounter(args.toSpliced(2, 1));
  assertEquals(once.code, 0);
  await using elsewhere = new Follower(args.with(-1, log.dir.file("2.db")));
  await elsewhere.emits("mark 0");
  // The first one is not disturbed.
  await log.caughtUp();
  // A killed one leaves nothing that would prevent the next start.
  await log.crash();
  const next = log.start();
  await log.caughtUp();
  assertEquals(first.pid === next.pid, false);
});

Deno.test("SPEC 4: --follow loses no commit when another program closes the database", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  // The last connection to close a database removes its write-ahead log.
  const other = log.dir.write("other", logOf([prompt({ sid: "other" })]));
  await turnCounter(["--source", other, "--db", log.db]);
  await log.caughtUp();
  assertEquals(records(log.db).at(-1)!.user_text, "mark 1");
  await log.crash();
  assertEquals(records(log.db).at(-1)!.user_text, "mark 1");
});

Deno.test("SPEC 7: --follow identifies a file by any path of its directory", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  await log.stop();
  log.append(lineOf(prompt({ text: "relative", sid: "relative" })) + "\n");
  const script =
    `cd "$0" && exec "$@" --source log.jsonl --follow --db turns.db`;
  await using program = new Running([
    "sh",
    "-c",
    script,
    log.dir.path,
    ...COMMAND,
  ]);
  assertEquals(JSON.parse((await program.line())!).user_text, "relative");
  program.kill("SIGTERM");
  assertEquals((await program.exit()).code, 0);
});

Deno.test("SPEC 8: --follow exits with 0 when stdout is closed", async () => {
  using dir = new TempDir();
  const log = dir.write("log", logOf([prompt()]));
  const { stdout, stderr } = await shell(
    `"$@" --source "$LOG" --follow --db "$DB" | head -1 | wc -l | tr -d " "
    echo \${PIPESTATUS[0]}`,
    { LOG: log, DB: dir.file("turns.db") },
  );
  assertEquals([stdout, stderr], ["1\n0\n", ""]);
});

linuxTest(
  "--follow uses less than 1 % of a processor while the log does not change",
  async () => {
    await using log = new FollowedLog();
    log.append(log.turns(10));
    const program = log.start();
    await log.caughtUp();
    await until(() => isIdle(program.pid), "an idle process");
  },
);

linuxTest(
  "SPEC 7: --follow reads an archive in place of the log once, and the next log",
  async () => {
    await using log = new FollowedLog();
    log.append(log.turns(1));
    const program = log.start();
    await log.caughtUp();
    for (const text of ["packed", "packed again"]) {
      const line = lineOf(prompt({ sid: text, text })) + "\n";
      log.written += line;
      await run(["gzip", log.dir.write("packed", line)]);
      Deno.renameSync(log.dir.file("packed.gz"), log.path);
      await program.emits(text);
    }
    await until(() => isIdle(program.pid), "an idle process");
    Deno.removeSync(log.path);
    await log.endsAsBatch();
  },
);

/** Whether a process uses less than 1 % of a processor for some seconds. */
async function isIdle(pid: number): Promise<boolean> {
  const before = await processorTime(pid);
  const seconds = 3;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return (await processorTime(pid) - before) / seconds < 0.01;
}

/** The processor time of a process, in seconds. */
async function processorTime(pid: number): Promise<number> {
  const { stdout } = await run(["cat", `/proc/${pid}/stat`]);
  const fields = stdout.slice(stdout.lastIndexOf(")") + 2).split(" ");
  const ticksPerSecond = 100;
  return (+fields[11] + +fields[12]) / ticksPerSecond;
}
