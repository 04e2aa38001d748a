import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { helpOf } from "../../src/cli/docs/help.ts";
import { fold } from "../support/database.ts";
import { answer, at, logOf, prompt } from "../support/envelope.ts";
import { listing } from "../support/listing.ts";
import { TempDir } from "../support/temp.ts";
import { terminalTest } from "./machine.ts";
import { assertFails, assertMessage } from "./messages.ts";
import { shell, turnCounter } from "./program.ts";
import { Terminal } from "./terminal.ts";

const SID = prompt().sid;

/** A database with turns of two sessions. */
async function fill(dir: TempDir): Promise<{ db: string; stream: string }> {
  const db = dir.file("turns.db");
  const log = dir.write(
    "log.jsonl",
    logOf([
      prompt({ t: at(0), text: "never mind", cwd: "/w/a" }),
      prompt({ t: at(10), text: "\x1b[2Jhello", cwd: "/w" }),
      answer({ t: at(12.5), text: "one\ntwo" }),
      prompt({ t: at(20), sid: "b", text: "日本語のログ ".repeat(50) }),
    ]),
  );
  const { stdout } = await turnCounter(["--source", log, "--db", db]);
  return { db, stream: stdout };
}

Deno.test("turn-counter turns lists the last turns, and changes nothing", async () => {
  using dir = new TempDir();
  const { db } = await fill(dir);
  const before = listing(dir.path);
  const { code, stdout, stderr } = await turnCounter(["turns", "--db", db]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(listing(dir.path), before);
  const [header, ...lines] = stdout.split("\n");
  assertMatch(header, /^turn {2}session {2}agent +age {2}status/);
  assertMatch(lines[0], /^ +3 {2}b +codex +\d+ d {2}waiting +日本語のログ/);
  assertMatch(lines[1], /^ +2 {2}c9c78 +codex .* {2}completed .*\[2Jhello$/);
  assertEquals(lines.length, 4);
});

Deno.test("turn-counter turns --json writes the records of turns, the last first", async () => {
  using dir = new TempDir();
  const { db, stream } = await fill(dir);
  const list = (...words: string[]) =>
    turnCounter(["turns", "--json", "--db", db, ...words]);
  const records = fold(stream).map((record) => `${JSON.stringify(record)}\n`);
  const [first, second, third] = records;
  const lists: [words: string, ...records: string[]][] = [
    ["--limit 5", third, second, first],
    ["--limit 1", third],
    ["--session c9c78", second, first],
    [`--session ${SID}`, second, first],
    ["--session b", third],
    ["--status orphaned", first],
    ["--agent codex --status completed", second],
    ["--agent pi"],
    ["--cwd /w", second, first],
    ["--cwd /w/../w/a/", first],
    ["--since 2025-11-17", third, second, first],
    ["--since today"],
  ];
  for (const [words, ...expected] of lists) {
    const { code, stdout, stderr } = await list(...words.split(" "));
    assertEquals([code, stdout], [0, expected.join("")], words);
    if (expected.length > 0) assertEquals(stderr, "");
    else assertMessage(stderr, "no turn matches");
  }
});

Deno.test("turn-counter turns --cwd . lists the turns of the current directory", async () => {
  using dir = new TempDir();
  const cwd = Deno.realPathSync(dir.path);
  const log = dir.write("log", logOf([prompt({ cwd }), prompt({ sid: "b" })]));
  const db = dir.file("turns.db");
  await turnCounter(["--source", log, "--db", db]);
  const args = ["turns", "--cwd", ".", "--json", "--db", db];
  const { stdout } = await turnCounter(args, { cwd });
  assertEquals(JSON.parse(stdout).cwd, cwd);
});

Deno.test("turn-counter turns reports a session that it cannot know, code 1", async () => {
  using dir = new TempDir();
  const { db } = await fill(dir);
  await turnCounter(["--db", db], {
    stdin: logOf([prompt({ sid: "0-c9c78" })]),
  });
  const session = (part: string) =>
    turnCounter(["turns", "--session", part, "--db", db]);
  assertFails(await session("nope"), 1, "nope", "turn-counter turns");
  assertFails(await session("c9c78"), 1, SID, "0-c9c78", "more of its id");
  const none = ["turns", "--db", dir.file("none.db")];
  assertFails(await turnCounter(none), 1, "none.db", "is not there");
});

Deno.test("turn-counter turns | head ends with code 0, nothing on stderr", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const log = Array.from({ length: 3000 }, (_, i) => prompt({ t: at(i) }));
  await turnCounter(["--db", db], { stdin: logOf(log) });
  const { stdout, stderr } = await shell(
    '"$@" turns --limit 3000 --json --db "$DB" | head -n 1 | wc -l; echo "${PIPESTATUS[0]}"',
    { DB: db },
  );
  assertEquals([stdout.trim(), stderr], ["1\n0", ""]);
  const { stdout: all } = await turnCounter([
    ...["turns", "--limit", "2999", "--json", "--db", db],
  ]);
  const ids = all.trim().split("\n").map((line) =>
    JSON.parse(line).turn_id_glob
  );
  assertEquals(ids, Array.from({ length: 2999 }, (_, i) => 3000 - i));
});

Deno.test("turn-counter show ID shows one whole turn, or its record", async () => {
  using dir = new TempDir();
  const { db, stream } = await fill(dir);
  const before = listing(dir.path);
  const { code, stdout } = await turnCounter(["show", "2", "--db", db]);
  assertEquals(code, 0);
  assertMatch(stdout, /^status +completed\nturn +2, number 2 of its session/);
  assertStringIncludes(stdout, `\nsession    ${SID}\n`);
  assertStringIncludes(stdout, "\nprompt\n   [2Jhello\n");
  assert(stdout.endsWith("\nanswer\n  one\n  two\n"), stdout);
  const record = await turnCounter(["show", "--json", "2", "--db", db]);
  assertEquals(record.stdout, `${JSON.stringify(fold(stream)[1])}\n`);
  assertEquals(listing(dir.path), before);
  assertFails(await turnCounter(["show", "9", "--db", db]), 1, db, "no turn 9");
});

terminalTest(
  "turn-counter turns and show on a terminal are coloured, and fit it",
  async () => {
    using dir = new TempDir();
    await fill(dir);
    const script = `cd '${dir.path}'; "$@"; set -- "$1"; echo over`;
    const seen = async (...args: string[]) => {
      const all = [...args, "--db", "turns.db"];
      const options = { args: all, columns: 70, folder: dir.path };
      await using terminal = await Terminal.run(script, options);
      const text = await terminal.until("over");
      await terminal.exit();
      assert(!text.includes("\x1b[2J"));
      return text;
    };
    const list = await seen("turns");
    for (const painted of ["32mcompleted", "33mwaiting", "35morphaned"]) {
      assertStringIncludes(list, `\x1b[${painted}\x1b[0m`);
    }
    assertMatch(list, / {2}日本語[^\n]*…$/m);
    const turn = await seen("show", "3");
    assertStringIncludes(turn, "\x1b[33mwaiting\x1b[0m");
    assertMatch(turn, /^ {2}(日本語のログ ){4}日本語のログ$/m);
    // What a terminal may obey is escaped there.
    assertStringIncludes(await seen("show", "2", "--json"), "\\u001b[2Jhello");
  },
);

Deno.test("turn-counter help COMMAND prints what --help of that command prints", async () => {
  // That the words of each command mean the same, the test of readArgs shows.
  for (const name of ["turns", "forget"] as const) {
    const { code, stdout } = await turnCounter(["help", name]);
    assertEquals([code, stdout], [0, helpOf(name)]);
    assertEquals((await turnCounter([name, "--help"])).stdout, stdout);
  }
  const { stdout } = await turnCounter(["help"]);
  assertEquals(stdout, (await turnCounter(["--help"])).stdout);
});
