import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Args,
  readArgs,
  type RunArgs,
  type StatusArgs,
} from "../../src/cli/args/args.ts";
import { HELP } from "../../src/cli/docs/help.ts";
import { NAMED_COMMANDS, OPTIONS } from "../../src/cli/args/options.ts";
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
  for (const command of ["", "status ", "formats ", "completions ", "man "]) {
    for (const word of ["-h", "--help", "-hV"]) {
      const args = readArgs(`${command}${word}`.split(" "));
      assertEquals(args, { command: "help" });
    }
    for (const word of ["-V", "--version"]) {
      const args = readArgs(`${command}${word}`.split(" "));
      assertEquals(args, { command: "version" });
    }
  }
});

Deno.test("SPEC 7: a command is the first argument, and has its own options", () => {
  const status: Args & StatusArgs = {
    command: "status",
    db: "x.db",
    isDefaultDb: false,
    json: true,
    since: "7d",
    watch: true,
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

Deno.test("SPEC 7: the help names every option and command in 80 columns", () => {
  for (const name of Object.keys(NAMED_COMMANDS)) {
    assertStringIncludes(HELP, `\n  ${name} `);
  }
  for (const { name, short } of OPTIONS) {
    assertStringIncludes(HELP, `--${name}`);
    if (short) assertStringIncludes(HELP, `-${short}, --${name}`);
  }
  assertStringIncludes(
    HELP,
    "1  on a failure, such as a full disk, or if a compressed source was damaged",
  );
  const widest = Math.max(...HELP.split("\n").map((line) => line.length));
  assertEquals(widest <= 80, true, `a line of the help is ${widest} wide`);
});
