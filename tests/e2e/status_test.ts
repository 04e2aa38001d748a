import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { answer, at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { listing } from "../support/listing.ts";
import { TempDir } from "../support/temp.ts";
import { linuxTest, terminalTest } from "./machine.ts";
import { Running, shell, turnCounter } from "./program.ts";
import { Terminal } from "./terminal.ts";

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const LONG = "日本語のログ ".repeat(50);

/** A database with one turn of each status. */
async function fill(dir: TempDir): Promise<string> {
  const db = dir.file("turns.db");
  const log = dir.write(
    "log.jsonl",
    logOf([
      prompt({ t: at(0), text: "never mind" }),
      prompt({ t: at(10), text: "\x1b[2Jhello" }),
      answer({ t: at(12.5) }),
      prompt({ t: at(20), text: LONG }),
    ]),
  );
  await turnCounter(["--source", log, "--db", db]);
  return db;
}

Deno.test("turn-counter status shows what the database holds, and does not change it", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const before = listing(dir.path);
  const { code, stdout, stderr } = await turnCounter(["status", "--db", db]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(listing(dir.path), before);
  const [name, , ...lines] = stdout.split("\n");
  assertEquals(name, db);
  assertEquals(lines.slice(0, 7), [
    "turns          3  in 1 session",
    "completed      1   33.3 %",
    "orphaned       1   33.3 %",
    "waiting        1   33.3 %",
    "median     2.5 s  duration of completed turns",
    "p95        2.5 s",
    "longest    2.5 s",
  ]);
  assertMatch(stdout, /^ +2 {2}c9c78 +\d+ d {2}completed {2}\[2Jhello$/m);
  assertMatch(stdout, /^2025-11-18 +3 {2}█+$/m);
  assert(!stdout.includes("\x1b"));
});

Deno.test("turn-counter status --json writes one JSON object", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const { code, stdout } = await turnCounter(["status", "--json", "--db", db]);
  assertEquals([code, stdout.split("\n").length], [0, 2]);
  const status = JSON.parse(stdout);
  assertEquals([status.database, status.sessions], [db, 1]);
  assertEquals(status.turns, {
    total: 3,
    completed: 1,
    orphaned: 1,
    waiting_response: 1,
  });
  assertEquals(status.last_turns[1].user_text, "\x1b[2Jhello");
});

Deno.test("turn-counter status --since shows only turns that began since", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const statusSince = async (when: string) => {
    const args = ["status", "--since", when, "--db", db];
    return (await turnCounter(args)).stdout.split("\n").slice(2);
  };
  const [all] = await statusSince("2025-11-17");
  assertEquals(all, "turns          3  in 1 session since 2025-11-17 00:00");
  assertEquals((await statusSince("today")).slice(1), [
    ...["completed  0", "orphaned   0", "waiting    0", ""],
  ]);
  const { code, stderr } = await turnCounter([
    ...["status", "--since", "yesterday", "--db", db],
  ]);
  assertEquals(code, 2);
  assertMatch(stderr, /"--since" cannot be "yesterday"; give a date .*today/);
});

Deno.test("turn-counter status of a missing database does not create it, code 1", async () => {
  using dir = new TempDir();
  for (const words of [[], ["--json"], ["--watch"]]) {
    const { code, stdout, stderr } = await turnCounter([
      ...["status", "--db", dir.file("turns.db"), ...words],
    ]);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /^turn-counter: database ".*turns.db" is not there.*\n$/,
    );
  }
  assertEquals(listing(dir.path), {});
});

Deno.test("turn-counter status --watch --json writes a line a second, until SIGTERM", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const begun = performance.now();
  await using status = Running.start([
    ...["status", "--watch", "--json", "--db", db],
  ]);
  let lines = 0;
  const next = async () => {
    lines++;
    return JSON.parse((await status.line())!);
  };
  assertEquals((await next()).turns.total, 3);
  const log = lineOf(prompt({ t: at(60), sid: "new" })) + "\n";
  await turnCounter(["--db", db], { stdin: log });
  while ((await next()).sessions !== 2);
  while (lines < 4) await next();
  // The first line is written at once, and each further one after a second.
  const seconds = (performance.now() - begun) / 1000;
  assert(seconds > (lines - 1) * 0.9, `${lines} in ${seconds} s`);
  status.kill("SIGTERM");
  assertEquals(await status.exit(), { code: 0, signal: null, stderr: "" });
});

linuxTest(
  "turn-counter status on a full disk reports it, and mentions no log, code 1",
  async () => {
    using dir = new TempDir();
    const env = { DB: await fill(dir) };
    for (const words of ["status", "status --watch", "--help", "man"]) {
      const db = words.startsWith("status") ? '--db "$DB"' : "";
      const script = `"$@" ${words} ${db} >/dev/full`;
      const { code, stderr } = await shell(script, env);
      assertEquals(code, 1);
      assertMatch(stderr, /^turn-counter: cannot write to stdout: No space/);
      assert(!stderr.includes("log"), stderr);
    }
  },
);

linuxTest(
  "turn-counter status --watch | head ends with code 0, nothing on stderr",
  async () => {
    using dir = new TempDir();
    const db = await fill(dir);
    const { stdout, stderr } = await shell(
      '"$@" status --watch --db "$DB" | head -n 1; echo "${PIPESTATUS[0]}"',
      { DB: db },
    );
    assertEquals([stdout, stderr], [`${db}\n0\n`, ""]);
  },
);

terminalTest(
  "turn-counter status on a terminal is coloured, and shortened to its width",
  async () => {
    using dir = new TempDir();
    await fill(dir);
    const args = ["status", "--db", "turns.db"];
    const options = { args, columns: 60, folder: dir.path };
    const script = `cd '${dir.path}'; "$@"; echo over`;
    await using terminal = await Terminal.run(script, options);
    const seen = await terminal.until("over");
    for (const painted of ["32mcompleted", "33mwaiting", "35morphaned"]) {
      assertStringIncludes(seen, `\x1b[${painted}\x1b[0m`);
    }
    // The columns before it take 33.
    assertMatch(seen, / {4}日本語のログ 日本語のログ …$/m);
    assert(!seen.includes("\x1b[2J"));
    await terminal.exit();

    await using plain = await Terminal.run(
      `export NO_COLOR=1; ${script}`,
      options,
    );
    // If the program runs from its sources, Deno prints messages before.
    const text = (await plain.until("over")).split("turns.db").at(-1)!;
    assertMatch(text, /^\n\nturns {10}3/);
    assert(!text.includes("\x1b"));
    await plain.exit();
  },
);

terminalTest(
  "turn-counter status --watch redraws, and restores the terminal on Ctrl-C",
  async () => {
    using dir = new TempDir();
    const db = await fill(dir);
    const script = `cd '${dir.path}'; "$@"; echo "ended $?"`;
    await using terminal = await Terminal.run(script, {
      args: ["status", "--watch", "--db", "turns.db"],
      columns: 60,
      folder: dir.path,
    });
    const first = await terminal.until("turns          3");
    assertStringIncludes(first, `${ENTER}\x1b[H\x1b[Kturns.db`);
    const log = lineOf(prompt({ t: at(60), sid: "new" })) + "\n";
    await turnCounter(["--db", db], { stdin: log });
    await terminal.until("turns          4");
    await terminal.resize(20);
    await terminal.until("turns          4  i…");
    await terminal.write("\x03");
    const last = await terminal.until("ended");
    assertStringIncludes(last, `${LEAVE}ended 0\n`);
    assertEquals((await terminal.exit()).code, 0);
  },
);

terminalTest(
  "turn-counter status --watch restores the terminal on Ctrl-\\",
  async () => {
    using dir = new TempDir();
    await using terminal = await Terminal.run('"$@"; echo "ended $?"', {
      args: ["status", "--watch", "--db", await fill(dir)],
      columns: 60,
      folder: dir.path,
    });
    await terminal.until("turns          3");
    await terminal.write("\x1c");
    assertStringIncludes(await terminal.until("ended"), `${LEAVE}ended 0\n`);
    await terminal.exit();
  },
);

terminalTest(
  "turn-counter status --watch restores the terminal on Ctrl-Z, and redraws on fg",
  async () => {
    using dir = new TempDir();
    const script =
      'set -m; "$@"; echo "stopped $?"; read -r _; fg >/dev/null; echo "ended $?"';
    await using terminal = await Terminal.run(script, {
      args: ["status", "--watch", "--db", await fill(dir)],
      columns: 60,
      folder: dir.path,
    });
    await terminal.until("turns          3");
    await terminal.write("\x1a");
    assertMatch((await terminal.until("stopped")).split(LEAVE)[1], /stopped 1/);
    await terminal.write("\n");
    assertStringIncludes(await terminal.until("turns          3"), ENTER);
    await terminal.write("\x03");
    assertStringIncludes(await terminal.until("ended"), `${LEAVE}ended 0\n`);
    await terminal.exit();
  },
);
