import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Args, readArgs } from "../../src/cli/args.ts";
import { HELP } from "../../src/cli/help.ts";
import { OPTIONS } from "../../src/cli/options.ts";
import { UsageError } from "../../src/error.ts";

const DEFAULTS: Args = {
  sources: ["-"],
  follow: false,
  db: "/tmp/turn_tracker.db",
  isDefaultDb: true,
  skipReplayed: false,
  deadLetter: null,
  maxLineBytes: 64 * 1024 * 1024,
  synchronous: "full",
  verbose: false,
  quiet: false,
  help: false,
  version: false,
};

Deno.test("SPEC 7: each option has its default", () => {
  assertEquals(readArgs([]), DEFAULTS);
});

Deno.test("SPEC 7: each option is read in each of its forms", () => {
  const all: Args = {
    ...DEFAULTS,
    sources: ["a", "-", "b=c"],
    db: "x.db",
    isDefaultDb: false,
    skipReplayed: true,
    deadLetter: "r.jsonl",
    maxLineBytes: 1,
    synchronous: "normal",
    verbose: true,
    quiet: true,
    help: true,
    version: true,
  };
  const spaced =
    "--source a --source - --source b=c --db x.db --skip-replayed --dead-letter r.jsonl --max-line-bytes 1 --synchronous normal --verbose --quiet --help --version";
  const glued =
    "--source=a --source=- --source=b=c --db=x.db --skip-replayed --dead-letter=r.jsonl --max-line-bytes=1 --synchronous=normal -v --quiet -hV";
  assertEquals(readArgs(spaced.split(" ")), all);
  assertEquals(readArgs(glued.split(" ")), all);
});

Deno.test("SPEC 7: --follow goes with one --source that is no stdin", () => {
  const { sources, follow } = readArgs(["--source", "a", "--follow"]);
  assertEquals([sources, follow], [["a"], true]);
  for (
    const args of [
      "--follow",
      "--follow --source a --source b",
      "--follow --source -",
      "--follow --source /dev/stdin",
    ]
  ) {
    const { message } = assertThrows(
      () => readArgs(args.split(" ")),
      UsageError,
    );
    assertStringIncludes(message, "--source FILE --follow", args);
  }
});

Deno.test("SPEC 7: a value that looks like a number stays what it is", () => {
  assertEquals(readArgs(["--source", "007", "--db", "1e3"]).sources, ["007"]);
  assertEquals(readArgs(["--source", "007", "--db", "1e3"]).db, "1e3");
});

Deno.test("SPEC 5: the database is --db, or else TURN_COUNTER_DB, or else the default", () => {
  assertEquals(readArgs(["--db", "a"], "b").db, "a");
  assertEquals(readArgs([], "b").db, "b");
  assertEquals(readArgs([], "b").isDefaultDb, false);
  assertEquals(readArgs([], "").db, DEFAULTS.db);
});

Deno.test("SPEC 7: of an option given twice the last one counts", () => {
  assertEquals(readArgs(["--db", "a", "--db", "b"]).db, "b");
});

Deno.test("SPEC 7: unknown options, stray words and bad values are usage errors that name them", () => {
  const mistakes: [args: string, ...words: string[]][] = [
    ["--sauce x", "--sauce"],
    ["-x", "-x"],
    ["--no-quiet", "--no-quiet"],
    ["log.jsonl", "log.jsonl", "--source"],
    ["-- log.jsonl", "log.jsonl", "--source"],
    ["-", "-", "--source"],
    ["--source", "--source", "FILE"],
    ["--source=", "--source", "FILE"],
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

Deno.test("SPEC 7: the help names every option", () => {
  for (const { name, short } of OPTIONS) {
    assertStringIncludes(HELP, `--${name}`);
    if (short) assertStringIncludes(HELP, `-${short}, --${name}`);
  }
  const widest = Math.max(...HELP.split("\n").map((line) => line.length));
  assertEquals(widest <= 80, true, `a line of the help is ${widest} wide`);
});
