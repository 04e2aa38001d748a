import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { completions } from "../../src/cli/docs/completions.ts";
import { formats } from "../../src/cli/formats.ts";
import { HELP } from "../../src/cli/docs/help.ts";
import { manualPage } from "../../src/cli/docs/man.ts";
import { SHELLS } from "../../src/cli/args/commands.ts";
import { contents, fold, records } from "../support/database.ts";
import { logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { terminalTest } from "./machine.ts";
import { run, shell, turnCounter } from "./program.ts";
import { asWords, onTerminal } from "./terminal.ts";

const GOLDEN = "testdata/golden.jsonl";
const golden = Deno.readTextFileSync("testdata/golden.turns.jsonl");
const rejections = Deno.readTextFileSync("testdata/golden.stderr.txt");

Deno.test("turn-counter --source golden.jsonl writes the golden stream", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const { code, stdout, stderr } = await turnCounter([
    "--source",
    GOLDEN,
    "--db",
    db,
  ]);
  assertEquals(stdout, golden);
  assertEquals(stderr, rejections);
  assertEquals(code, 0);
  assertEquals(fold(stdout), records(db));
});

Deno.test("turn-counter < golden.jsonl writes the same stream as --source", async () => {
  using dir = new TempDir();
  for (const args of [[], ["--source", "-"], ["--source", "/dev/stdin"]]) {
    const db = dir.file(`turns${args}.db`.replaceAll("/", ""));
    const { code, stdout, stderr } = await turnCounter([...args, "--db", db], {
      stdin: Deno.readFileSync(GOLDEN),
    });
    assertEquals(stdout, golden);
    assertEquals(stderr, rejections.replaceAll(GOLDEN, "stdin"));
    assertEquals(code, 0);
  }
});

Deno.test("SPEC 8: a name or argument quoted in a message cannot control the terminal", async () => {
  using dir = new TempDir();
  const hostile = "\x1b[2J\x1b]0;t\x07\x7f\x9b31m\u202e\u2066\r\n\u200b";
  const log = dir.write(`${hostile}.jsonl`, "turn.user_message\n");
  const gz = dir.write(`${hostile}.gz`, Uint8Array.of(0x1f, 0x8b, 8, 0, 0));
  const no = dir.file(`${hostile} no`);
  const db = dir.file("turns.db");
  const commands: [code: number, ...args: string[]][] = [
    [0, "--source", log, "--db", db],
    [1, "--source", gz, "--db", db],
    [2, "--source", no, "--db", db],
    [2, "--source", `${log}/log`, "--follow", "--db", db],
    [1, "--db", `${no}/db`],
    [2, "--source", log, "--db", log],
    [1, "status", "--db", no],
    [1, "status", "--db", log],
    [2, hostile],
    [2, `-${hostile}`],
    [2, `--${hostile}`],
    [2, `--emit=${hostile}`],
    [2, `--max-line-bytes=${hostile}`],
    [2, "completions", hostile],
    [2, "status", hostile],
  ];
  for (const [code, ...args] of commands) {
    const ended = await turnCounter(args);
    assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
    assertMatch(ended.stderr, /^[^\p{C}]+\n$/u);
  }
});

Deno.test("turn-counter changes no row when it reads a log again", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const args = ["--source", GOLDEN, "--db", db];
  await turnCounter(args);
  const before = contents(db);
  const again = await turnCounter(args);
  assertEquals(contents(db), before);
  assertEquals(fold(again.stdout), records(db));
  const skipped = await turnCounter([...args, "--skip-replayed"]);
  assertEquals(skipped.stdout, "");
  assertEquals(contents(db), before);
});

Deno.test("SPEC 7: a usage error names the help of its command", async () => {
  for (
    const [args, help] of [
      ["--unknown", "--help"],
      ["status --unknown", "help status"],
    ]
  ) {
    const { code, stderr } = await turnCounter(args.split(" "));
    assertEquals(code, 2);
    assertEquals(
      stderr.endsWith(`; see turn-counter ${help}\n`),
      true,
      stderr,
    );
  }
});

Deno.test("turn-counter --source a --source b reads a, then b", async () => {
  using dir = new TempDir();
  const [a, b] = ["a", "b"].map((text) =>
    dir.write(text, logOf([prompt({ text })]))
  );
  const { stdout } = await turnCounter([
    "--source",
    a,
    "--source",
    b,
    "--db",
    dir.file("db"),
  ]);
  assertEquals(fold(stdout).map(({ user_text }) => user_text), ["a", "b"]);
});

Deno.test("turn-counter --source <(command) reads the output of the command", async () => {
  using dir = new TempDir();
  const { code, stdout } = await shell(
    `"$@" --source <(cat ${GOLDEN}) --db "$DB"`,
    { DB: dir.file("turns.db") },
  );
  assertEquals(stdout, golden);
  assertEquals(code, 0);
});

Deno.test("TURN_COUNTER_DB names the database, and --db overrides it", async () => {
  using dir = new TempDir();
  const env = { TURN_COUNTER_DB: dir.file("env.db") };
  await turnCounter(["--source", GOLDEN], { env });
  await turnCounter(["--source", GOLDEN, "--db", dir.file("arg.db")], { env });
  assertEquals(contents(dir.file("env.db")), contents(dir.file("arg.db")));
});

Deno.test("jq reads the stream of turn-counter, and sqlite3 its database", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  await turnCounter(["--source", GOLDEN, "--db", db]);
  const jq = await run(["jq", "-s", "-c", "map(.turn_id_glob) | max, length"], {
    stdin: golden,
  });
  assertEquals(jq, { code: 0, stdout: "23\n56\n", stderr: "" });
  const sqlite = await run([
    "sqlite3",
    db,
    "PRAGMA integrity_check; SELECT status, count(*) FROM turns GROUP BY status",
  ]);
  assertEquals(sqlite.stdout, "ok\ncompleted|18\norphaned|5\n");
});

Deno.test("turn-counter --help and --version write to stdout and touch no database", async () => {
  using dir = new TempDir();
  const env = { TURN_COUNTER_DB: dir.file("turns.db") };
  for (const flag of ["--help", "-h"]) {
    assertEquals(await turnCounter([flag], { env }), {
      code: 0,
      stdout: HELP,
      stderr: "",
    });
  }
  const stdout = `turn-counter ${config.version}\n`;
  for (const flag of ["--version", "-V"]) {
    assertEquals(await turnCounter([flag], { env }), {
      code: 0,
      stdout,
      stderr: "",
    });
  }
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("turn-counter man, completions and formats write to stdout and touch no database", async () => {
  using dir = new TempDir();
  const env = { TURN_COUNTER_DB: dir.file("turns.db") };
  const texts: Record<string, string> = {
    man: manualPage(config.version),
    formats: formats(),
  };
  for (const shell of SHELLS) {
    texts[`completions ${shell}`] = completions(shell);
  }
  for (const [words, stdout] of Object.entries(texts)) {
    const ended = await turnCounter(words.split(" "), { env });
    assertEquals(ended, { code: 0, stdout, stderr: "" }, words);
  }
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("turn-counter --verbose prints one line for each turn event", async () => {
  using dir = new TempDir();
  const { stderr } = await turnCounter([
    "-v",
    "--source",
    GOLDEN,
    "--db",
    dir.file("db"),
  ]);
  const lines = stderr.trimEnd().split("\n");
  // 52 events with a turn, 3 without, 5 rejections, and the summary.
  assertEquals(lines.length, 52 + 3 + 5 + 1);
  assertMatch(lines.at(-1)!, /^87 lines, 23 new turns, .*, in \d+\.\d s$/);
  assertEquals(
    lines[4],
    "2025-11-18T19:27:30.000 #3 c9c78 turn 3 waiting_response: list the files (after #2, orphaned)",
  );
  assertMatch(
    lines[0],
    /^2025-11-18T19:26:43.256 #1 c9c78 turn 1 waiting_response: hello$/,
  );
  for (
    const line of [
      "2025-11-20T10:03:03.000 #20 67777 turn 4 completed: only the build folder (ended: aborted, replaced)",
      "2025-11-20T10:05:20.000 #23 67777 turn 7 orphaned: and its tests (ended: aborted)",
      "2025-11-19T08:02:00.000 answer of session affff unmatched",
      "2025-11-20T10:05:21.000 end of session 67777 unmatched",
      "2025-11-20T10:05:30.000 end of a turn of session 67777 unmatched",
    ]
  ) assert(lines.includes(line), line);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\x00-\x09\x0b-\x1f]/.test(stderr), false);
});

Deno.test("turn-counter --quiet prints errors only, and a rejected line is an error", async () => {
  using dir = new TempDir();
  const { stderr } = await turnCounter([
    "--quiet",
    "-v",
    "--source",
    GOLDEN,
    "--db",
    dir.file("db"),
  ]);
  assertEquals(stderr, rejections);
});

terminalTest(
  "turn-counter uses colours on a terminal, but not under NO_COLOR",
  async () => {
    using dir = new TempDir();
    const log = dir.write("log", "turn.user_message\n");
    for (const [noColor, colored] of [["", true], ["1", false]] as const) {
      const command = asWords(["--source", log, "--db", dir.file("db")]);
      const { stdout } = await run(onTerminal(command), {
        env: { NO_COLOR: noColor },
      });
      assertStringIncludes(stdout, "rejected: not JSON");
      assertEquals(stdout.includes("\x1b["), colored);
    }
  },
);
