import { assert, assertEquals, assertMatch } from "@std/assert";
import { query, records } from "../support/database.ts";
import { lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { exists, FollowedLog, Follower, hasRead } from "./follower.ts";
import { linuxTest } from "./machine.ts";
import { COMMAND, run, Running, shell, turnCounter, until } from "./program.ts";

Deno.test("SPEC 7: --follow reads what is there, then each line as it comes", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(3));
  const program = log.start();
  await program.tells("prompt 2");
  for (let i = 0; i < 20; i++) {
    const [line, text] = log.mark();
    log.append(line);
    await program.tells(text);
    // Committed before it was written.
    assertEquals(records(log.db).at(-1)!.user_text, text);
  }
  assertEquals(await log.stop(), "");
  await log.assertAsBatch();
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`SPEC 7: --follow ends with code 0 on ${signal}, and goes on just there`, async () => {
    await using log = new FollowedLog();
    log.append(log.turns(5));
    const first = log.start();
    await first.tells("prompt 4");
    await log.caughtUp();
    assertEquals(await log.stop(signal), "");
    log.append(log.turns(2));
    const second = log.start();
    await log.caughtUp();
    // Nothing is told twice.
    assertEquals(second.texts, [
      ...["prompt 5", "prompt 5", "prompt 6", "prompt 6"],
      "mark 1",
    ]);
    await log.stop();
    await log.assertAsBatch();
  });
}

Deno.test("SPEC 7: --follow stopped while it reads a long file goes on just there, each time", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(300));
  const seen: string[] = [];
  while (seen.length < 600) {
    const program = log.start("--synchronous", "off");
    await program.tellsRecords(Math.min(80, 600 - seen.length));
    await log.stop();
    seen.push(...program.texts);
  }
  assertEquals(
    seen,
    Array.from({ length: 600 }, (_, i) => `prompt ${i >> 1}`),
  );
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow moves its position on past lines without a turn, at most once a second", async () => {
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
  // The first may be the event's own; one may come late, and the next need not.
  const times = moves.slice(1).map(([, time]) => time);
  assert(times.at(-1)! - times[0] > 3000, `${times}`);
  await log.crash();
  // What comes next is read from there, and not from the last event on.
  const [[line]] = query<[number]>(
    log.db,
    "SELECT read_lines FROM checkpoints",
  );
  assert(line > 3, `${line}`);
});

Deno.test("SPEC 4: --follow killed anywhere loses nothing", async () => {
  await using log = new FollowedLog();
  for (let life = 0; life < 5; life++) {
    log.append(log.turns(20));
    const program = log.start();
    await program.tells(`prompt ${20 * life + 3 * life}`);
    await log.crash();
  }
  log.start();
  await log.caughtUp();
  await log.assertAsBatch();
});

linuxTest(
  "SPEC 7: --follow leaves half a line alone until its newline comes",
  async () => {
    await using log = new FollowedLog();
    const program = log.start();
    await log.caughtUp();
    const [half, text] = [lineOf(prompt({ text: "half" })), "half"];
    for (const end of [half.length, 50, half.length - 1]) {
      log.append(half.slice(0, end));
      await until(() => hasRead(program.pid, log.path), "the half line");
      if (end < half.length) log.append(half.slice(end) + "\n");
      // It would be a prompt by itself; with this behind it, it is none.
      else log.append("}\n");
      await log.caughtUp();
    }
    assertEquals(program.texts.filter((told) => told === text).length, 2);
    await log.assertAsBatch();
  },
);

linuxTest(
  "SPEC 7: --follow stopped in mid-line reads the whole line after the restart",
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
    await log.start().tells(text);
    assertEquals(log.follower.texts, [text]);
    await log.assertAsBatch();
  },
);

Deno.test("SPEC 7: --follow waits for a file that is not there yet", async () => {
  await using log = new FollowedLog();
  const program = log.start();
  await until(() => exists(log.db), "the start");
  log.append(log.turns(1));
  await program.tells("prompt 0");
  await log.caughtUp();
  assertEquals(await log.stop(), "");
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow with what cannot be followed is a mistake in the command line", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const log = dir.write("log", "");
  const other = dir.write("other", "");
  const { code } = await run(["mkfifo", dir.file("fifo")]);
  assertEquals(code, 0);
  await run(["gzip", "-k", dir.write("packed", logOf([prompt()]))]);
  for (
    const sources of [
      [],
      ["-"],
      ["/dev/stdin"],
      [log, other],
      [log, "-"],
      [dir.path],
      [dir.file("fifo")],
      [dir.file("missing/log")],
      [dir.file("packed.gz")],
    ]
  ) {
    const args = sources.flatMap((source) => ["--source", source]);
    const ended = await turnCounter([...args, "--follow", "--db", db]);
    assertEquals([ended.code, ended.stdout], [2, ""], `${sources}`);
    // Nor can stdin, to which others are sent.
    assertMatch(ended.stderr, /^turn-counter: .*--source((?!stdin).)*\n$/);
    assert(
      !("turns.db" in Object.fromEntries(
        [...Deno.readDirSync(dir.path)].map(({ name }) => [name, true]),
      )),
    );
  }
});

Deno.test("SPEC 7: what --follow writes is not read as a rotated log", async () => {
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

Deno.test("SPEC 7: two who follow different files share a database, and each goes on where it stopped", async () => {
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
    await program.tells(`other ${round}`);
    await log.caughtUp();
    await log.stop();
    await program.stop();
    texts.push(...program.texts);
  }
  assertEquals(texts, ["other 0", "other 1", "other 2"]);
  const told = log.stream.split("\n").map((line) => JSON.parse(line).user_text);
  assertEquals(
    told,
    [0, 1, 2].flatMap((i) => [
      ...[`prompt ${i}`, `prompt ${i}`],
      `mark ${i}`,
    ]),
  );
});

Deno.test("SPEC 7: who follows a file that is followed into the database already is told so", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  const first = log.start();
  await log.caughtUp();
  const args = ["--source", log.path, "--follow", "--db", log.db];
  // By whatever name.
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
  // Who reads it once, or into another database, may.
  const once = await turnCounter(args.toSpliced(2, 1));
  assertEquals(once.code, 0);
  await using elsewhere = new Follower(args.with(-1, log.dir.file("2.db")));
  await elsewhere.tells("mark 0");
  // The first one is not disturbed.
  await log.caughtUp();
  // A killed one leaves nothing behind that would keep the next from starting.
  await log.crash();
  const next = log.start();
  await log.caughtUp();
  assertEquals(first.pid === next.pid, false);
});

Deno.test("SPEC 4: --follow loses no commit to another program that has done with the database", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  // The last one to close a database takes its write-ahead log away.
  const other = log.dir.write("other", logOf([prompt({ sid: "other" })]));
  await turnCounter(["--source", other, "--db", log.db]);
  await log.caughtUp();
  assertEquals(records(log.db).at(-1)!.user_text, "mark 1");
  await log.crash();
  assertEquals(records(log.db).at(-1)!.user_text, "mark 1");
});

Deno.test("SPEC 7: --follow knows a file by any name of its directory", async () => {
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

Deno.test("SPEC 8: --follow ends with code 0 when nobody reads stdout any more", async () => {
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
  "--follow costs less than 1 % of a processor while nothing comes",
  async () => {
    await using log = new FollowedLog();
    log.append(log.turns(10));
    const program = log.start();
    await log.caughtUp();
    await until(() => rests(program.pid), "it to rest");
  },
);

linuxTest(
  "SPEC 7: an archive that takes the place of a followed file is read once, and what comes behind it",
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
      await program.tells(text);
    }
    await until(() => rests(program.pid), "it to rest");
    Deno.removeSync(log.path);
    await log.endsAsBatch();
  },
);

/** Whether a process costs less than 1 % of a processor for some seconds. */
async function rests(pid: number): Promise<boolean> {
  const before = await processorTime(pid);
  const seconds = 3;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return (await processorTime(pid) - before) / seconds < 0.01;
}

/** What a process has used of a processor, in seconds. */
async function processorTime(pid: number): Promise<number> {
  const { stdout } = await run(["cat", `/proc/${pid}/stat`]);
  const fields = stdout.slice(stdout.lastIndexOf(")") + 2).split(" ");
  const ticksPerSecond = 100;
  return (+fields[11] + +fields[12]) / ticksPerSecond;
}
