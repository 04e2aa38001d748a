import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Args,
  type ForgetArgs,
  readArgs,
  type RunArgs,
  type ShowArgs,
  type StatusArgs,
  type TurnsArgs,
} from "../../src/cli/args/args.ts";
import { HELP, helpOf } from "../../src/cli/docs/help.ts";
import { COMMANDS, NAMED_COMMANDS } from "../../src/cli/args/commands.ts";
import { optionsOf } from "../../src/cli/args/options.ts";
import { UsageError } from "../../src/error.ts";

const DEFAULTS: Args & RunArgs = {
  command: "run",
  sources: ["-"],
  follow: false,
  format: "auto",
  db: "/tmp/turn_tracker.db",
  isDefaultDb: true,
  emit: "turns",
  skipReplayed: false,
  deadLetter: null,
  maxLineBytes: 64 * 1024 * 1024,
  synchronous: "full",
  verbose: false,
  quiet: false,
};

/** The arguments of the default command. */
function readRun(argv: string[], env?: string): RunArgs {
  const args = readArgs(argv, env);
  assert(args.command === "run");
  return args;
}

Deno.test("SPEC 7: each option has its default", () => {
  assertEquals(readArgs([]), DEFAULTS);
});

Deno.test("SPEC 7: each option is read in each of its forms", () => {
  const all: RunArgs = {
    ...DEFAULTS,
    sources: ["a", "-", "b=c"],
    format: "codex",
    db: "x.db",
    isDefaultDb: false,
    emit: "events",
    skipReplayed: true,
    deadLetter: "r.jsonl",
    maxLineBytes: 1,
    synchronous: "normal",
    verbose: true,
    quiet: true,
  };
  const spaced =
    "--source a --source - --source b=c --format codex --db x.db --emit events --skip-replayed --dead-letter r.jsonl --max-line-bytes 1 --synchronous normal --verbose --quiet";
  const glued =
    "--source=a --source=- --source=b=c --format=codex --db=x.db --emit=events --skip-replayed --dead-letter=r.jsonl --max-line-bytes=1 --synchronous=normal -v --quiet";
  assertEquals(readRun(spaced.split(" ")), all);
  assertEquals(readRun(glued.split(" ")), all);
});

Deno.test("SPEC 7: --help and --version work in each form, with any command", () => {
  for (const name of COMMANDS) {
    const of = name === "run" ? null : name;
    const command = of === null ? [] : [of];
    for (const word of ["-h", "--help", "-hV"]) {
      assertEquals(readArgs([...command, word]), { command: "help", of });
    }
    for (const word of ["-V", "--version"]) {
      assertEquals(readArgs([...command, word]), { command: "version" });
    }
    if (of === null) continue;
    assertEquals(readArgs(["help", of]), { command: "help", of });
  }
  assertEquals(readArgs(["help"]), { command: "help", of: null });
});

Deno.test("SPEC 7: a command is the first argument, and has its own options", () => {
  const status: Args & StatusArgs = {
    command: "status",
    db: "x.db",
    isDefaultDb: false,
    json: true,
    since: "7d",
    watch: true,
    prometheus: false,
  };
  assertEquals(
    readArgs("status --db x.db --json --watch --since 7d".split(" ")),
    status,
  );
  assertEquals(readArgs(["status"], "env.db"), {
    ...status,
    ...{ db: "env.db", json: false, since: null, watch: false },
  });
  assertEquals(readArgs(["completions", "zsh"]), {
    command: "completions",
    shell: "zsh",
  });
  assertEquals(readArgs(["man"]), { command: "man" });
  assertEquals(readArgs(["formats"]), { command: "formats" });
});

Deno.test("SPEC 7: turns and show have their options, each with a default", () => {
  const turns: Args & TurnsArgs = {
    ...{ command: "turns", db: "x.db", isDefaultDb: false, session: null },
    ...{ status: null, agent: null, cwd: null, since: null, limit: 20 },
    json: false,
  };
  assertEquals(readArgs(["turns"], "x.db"), turns);
  const all =
    "turns --session s --status orphaned --agent pi --cwd . --since today --limit 3 --json --db x.db";
  assertEquals(readArgs(all.split(" ")), {
    ...{ ...turns, session: "s", status: "orphaned", agent: "pi", cwd: "." },
    ...{ since: "today", limit: 3, json: true },
  });
  const show: Args & ShowArgs = {
    ...{ command: "show", id: 7, db: "x.db", isDefaultDb: false, json: false },
  };
  assertEquals(readArgs(["show", "7"], "x.db"), show);
  assertEquals(readArgs(["show", "--json", "7"], "x.db"), {
    ...{ ...show, json: true },
  });
});

Deno.test("SPEC 7: status takes --prometheus", () => {
  const args = readArgs(["status", "--prometheus"], "x.db");
  assert(args.command === "status" && args.prometheus);
});

Deno.test("SPEC 7: report takes --since", () => {
  const report = { command: "report", db: "x.db", isDefaultDb: false } as const;
  assertEquals(readArgs(["report"], "x.db"), { ...report, since: null });
  assertEquals(readArgs(["report", "--since", "7d"], "x.db"), {
    ...{ ...report, since: "7d" },
  });
  assertThrows(() => readArgs(["report", "--json"]), UsageError, "--json");
});

Deno.test("SPEC 7: forget takes turns, or a session, an age or both", () => {
  const forget: Args & ForgetArgs = {
    ...{ command: "forget", db: "x.db", isDefaultDb: false, dryRun: false },
    ...{ session: null, turns: [], olderThan: null },
  };
  const read = (words: string) =>
    readArgs(["forget", ...words.split(" ")], "x.db");
  assertEquals(read("--turn 7 --turn 9"), { ...forget, turns: [7, 9] });
  assertEquals(read("--session s --dry-run"), {
    ...{ ...forget, session: "s", dryRun: true },
  });
  assertEquals(read("--session s --older-than 90d"), {
    ...{ ...forget, session: "s", olderThan: "90d" },
  });
});

Deno.test("SPEC 7: --follow needs sources, none of which is stdin", () => {
  const args = ["--source", "a", "--source", "b", "--follow"];
  const { sources, follow } = readRun(args);
  assertEquals([sources, follow], [["a", "b"], true]);
  for (
    const args of [
      "--follow",
      "--follow --source a --source -",
      "--follow --source -",
      "--follow --source /dev/stdin",
    ]
  ) {
    const { message } = assertThrows(
      () => readArgs(args.split(" ")),
      UsageError,
    );
    assertStringIncludes(message, "--source PATH --follow", args);
  }
});

Deno.test("SPEC 7: a value that looks like a number stays a string", () => {
  assertEquals(readRun(["--source", "007", "--db", "1e3"]).sources, ["007"]);
  assertEquals(readRun(["--source", "007", "--db", "1e3"]).db, "1e3");
});

Deno.test("SPEC 5: the database is --db, else TURN_COUNTER_DB, else the default", () => {
  assertEquals(readRun(["--db", "a"], "b").db, "a");
  assertEquals(readRun([], "b").db, "b");
  assertEquals(readRun([], "b").isDefaultDb, false);
  assertEquals(readRun([], "").db, DEFAULTS.db);
});

Deno.test("SPEC 7: an option given twice has its last value", () => {
  assertEquals(readRun(["--db", "a", "--db", "b"]).db, "b");
});

Deno.test("SPEC 7: a usage error names the unknown option, the stray argument or the bad value", () => {
  const mistakes: [args: string, ...words: string[]][] = [
    ["--sauce x", "--sauce"],
    ["--sorce x", "--sorce", '"--source"'],
    ["--verbos", '"--verbose"'],
    ["-q", "-q", '"--quiet"'],
    ["--skip", '"--skip-replayed"'],
    ["stats", '"status"'],
    ["--quiet status", '"status"', "first argument"],
    ["status --source x", "--source"],
    ["status more", "more"],
    ["status --since", "--since", "WHEN"],
    ["status --since 2025-02-29", "2025-02-29", "7d"],
    ["--since today", "--since"],
    ["--json", "--json"],
    ["completions", "SHELL", "bash, zsh or fish"],
    ["completions tcsh", "bash, zsh or fish"],
    ["completions bash zsh", "SHELL"],
    ["man page", "page"],
    ["show", "an ID"],
    ["show 1 2", "an ID"],
    ["show x", '"x"', "turn-counter turns"],
    ["show 0", '"0"'],
    ["show 9007199254740993", "9007199254740993"],
    ["turns 7", '"7"'],
    ["turns --status waiting", "waiting_response, completed or orphaned"],
    ["turns --limit 0", "--limit", "number of turns"],
    ["turns --watch", "--watch"],
    ["help me", "COMMAND", "status, turns"],
    ["status --prometheus --json", "--prometheus", "--json"],
    ["status --prometheus --since 7d", "--since"],
    ["status --watch --prometheus", "--watch"],
    ["forget", "--turn ID", "--session SID", "--older-than WHEN"],
    ["forget --dry-run", "--turn ID"],
    ["forget --turn 1 --session s", "either --turn ID"],
    ["forget --turn 1 --older-than 9d", "either --turn ID"],
    ["forget --turn x", '"x"', "number"],
    ["forget --older-than old", "--older-than", "7d"],
    ["formats --json", "--json"],
    ["formats sse", "sse"],
    [
      "--format jsonl",
      "jsonl",
      ...["auto", "sse", "codex", "claude", "copilot or pi"],
    ],
    ["--format", "--format", "NAME"],
    ["--emit all", "all", "turns or events"],
    ["-x", "-x"],
    ["--no-quiet", "--no-quiet"],
    ["log.jsonl", "log.jsonl", "--source"],
    ["-- log.jsonl", "log.jsonl", "--source"],
    ["-", "-", "--source"],
    ["--source", "--source", "PATH"],
    ["--source=", "--source", "PATH"],
    ["--db --quiet", "--db", "PATH"],
    ["--dead-letter", "--dead-letter", "FILE"],
    ["--follow=yes", "--follow", "no value"],
    ["--max-line-bytes 0", "--max-line-bytes", "0"],
    ["--max-line-bytes 1k", "1k"],
    ["--max-line-bytes=-5", "-5"],
    ["--max-line-bytes 500000001", "500000000"],
    ["--verbose=no", "--verbose", "no value"],
    ["--quiet false", "false"],
    ["-v5", "-v5"],
    ["-vx", "-vx"],
    ["--h", "--h"],
    ["--V", "--V"],
    ["--_ x", "--_"],
    ["-_ x", "-_"],
    ["--=x", "--=x"],
    ["---quiet", "---quiet"],
    ["--synchronous extra", "extra", "full, normal or off"],
  ];
  for (const [args, ...words] of mistakes) {
    const { message } = assertThrows(
      () => readArgs(args.split(" ")),
      UsageError,
    );
    for (const word of words) assertStringIncludes(message, word, args);
  }
});

Deno.test("SPEC 7: an argument that a command does not take is refused in words that fit it", () => {
  const mistakes = [
    ["status foo", '"foo"; status takes options only'],
    ["status --json true", '"true"; status takes options only'],
    ["show 1 2", '"2"; show takes an ID and nothing else'],
    ["help status extra", '"extra"; help takes a COMMAND and nothing else'],
    ["log.jsonl", '"log.jsonl"; name a log file with --source'],
  ];
  for (const [args, expected] of mistakes) {
    const { message } = assertThrows(
      () => readArgs(args.split(" ")),
      UsageError,
    );
    assertEquals(message, `unexpected argument ${expected}`);
  }
});

Deno.test("SPEC 7: a usage error suggests nothing if no option is similar", () => {
  for (const word of ["--xyz", "-x", "--sauce-of-the-day"]) {
    const { message } = assertThrows(() => readArgs([word]), UsageError);
    assert(!message.includes("did you mean"), message);
  }
});

Deno.test("SPEC 7: the help is the text of testdata/help.txt", () => {
  assertEquals(HELP, Deno.readTextFileSync("testdata/help.txt"));
});

Deno.test("SPEC 7: the help begins with the usage, then shows a live pipe first", () => {
  assert(HELP.startsWith("Usage:"), HELP);
  const examples = [
    ...["tail -F sse_lines.jsonl | turn-counter ", "Batch", "--follow"],
  ].map((text) => HELP.indexOf(text));
  assert(examples.every((position) => position > 0), HELP);
  assertEquals(examples.toSorted((a, b) => a - b), examples);
});

Deno.test("SPEC 7: the help is one screen, in 80 columns, with every command", () => {
  for (const name of Object.keys(NAMED_COMMANDS)) {
    assertStringIncludes(HELP, `\n  ${name} `);
  }
  for (const { name, short } of optionsOf("run")) {
    assertStringIncludes(HELP, `--${name}`);
    if (short) assertStringIncludes(HELP, `-${short}, --${name}`);
  }
  assert(HELP.split("\n").length <= 67, "the help is long");
  assertStringIncludes(
    HELP,
    "1  on a failure, such as a full disk, or if a compressed source was damaged",
  );
  const widest = Math.max(...HELP.split("\n").map((line) => line.length));
  assertEquals(widest <= 80, true, `a line of the help is ${widest} wide`);
});

Deno.test("SPEC 7: the help of a command names all of its options in 80 columns", () => {
  for (const name of COMMANDS) {
    if (name === "run") continue;
    const help = helpOf(name);
    assert(help.startsWith(`Usage: turn-counter ${name}`), help);
    for (const { name: option } of optionsOf(name)) {
      assertStringIncludes(help, ` --${option}`);
    }
    for (const { command } of NAMED_COMMANDS[name].examples ?? []) {
      assertStringIncludes(help, command);
    }
    const lines = help.split("\n").filter((line) =>
      !line.includes("turn-counter")
    );
    const widest = Math.max(...lines.map((line) => line.length));
    assert(widest <= 80, `a line of help ${name} is ${widest} wide`);
  }
});
