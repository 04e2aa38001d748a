import { assertEquals, assertStringIncludes } from "@std/assert";
import { contents, query } from "../support/database.ts";
import { logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { Follower } from "./follower.ts";
import { shell, turnCounter, until } from "./program.ts";

const SESSION = Deno.readTextFileSync("testdata/pi/session.jsonl");

Deno.test("turn-counter --format pi reads a log of pi whose first line is of another format", async () => {
  using dir = new TempDir();
  const plain = dir.write("plain.jsonl", SESSION);
  const log = dir.write("log.jsonl", `{"event":"x"}\n${SESSION}`);
  const expected = dir.file("expected.db");
  const { stdout } = await turnCounter(["--source", plain, "--db", expected]);
  assertStringIncludes(stdout, '"user_text":"Again"');
  const runs: [name: string, args: string[], stdin?: Uint8Array][] = [
    ["file", ["--source", log]],
    ["stdin", [], Deno.readFileSync(log)],
  ];
  for (const [name, args, stdin] of runs) {
    const db = dir.file(`${name}.db`);
    const { code } = await turnCounter(
      [...args, "--format", "pi", "--db", db],
      { stdin },
    );
    assertEquals(code, 0);
    assertEquals(contents(db), contents(expected));
  }
  const db = dir.file("followed.db");
  const args = ["--source", log, "--follow", "--format", "pi", "--db", db];
  await using follower = new Follower(args);
  await follower.emitsRecords(stdout.trimEnd().split("\n").length);
  await follower.stop();
  assertEquals(contents(db), contents(expected));
});

Deno.test("turn-counter --format with an unknown name lists the names, and exits with 2", async () => {
  using dir = new TempDir();
  const args = ["--format", "jsonl", "--db", dir.file("turns.db")];
  const { code, stderr } = await turnCounter(args);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "auto, sse, codex, claude, copilot or pi");
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("SPEC 7: a source in which no line is recognised is reported by name, and the code is 1", async () => {
  using dir = new TempDir();
  const log = dir.write("notes.txt", "first\n{}\n[1]\n");
  const pi = dir.write("pi.jsonl", SESSION);
  const formats = "sse, codex, claude, copilot, pi";
  const runs: [args: string[], name: string, stdin?: string][] = [
    [["--source", log], log],
    [["--source", pi, "--source", log, "--source", log], log],
    [[], "stdin", "first\n"],
    [[], "stdin", "first"],
    [["--emit", "events"], "stdin", "first\n"],
    [["--source", pi, "--format", "codex"], `${pi}" was recognised as codex`],
  ];
  for (const [i, [args, name, stdin]] of runs.entries()) {
    const options = { stdin: stdin && new TextEncoder().encode(stdin) };
    const all = [...args, "--db", dir.file(`${i}.db`)];
    const { code, stdout, stderr } = await turnCounter(all, options);
    assertStringIncludes(stderr, `no line of "${name}`);
    assertStringIncludes(stderr, formats);
    assertEquals(stderr.split("\n").length, 2, stderr);
    assertEquals(code, 1);
    assertEquals(stdout === "", i !== 1);
    const quiet = await turnCounter(["--quiet", ...all], options);
    // It is an error.
    assertEquals([quiet.code, quiet.stderr], [1, stderr]);
  }
});

Deno.test("SPEC 7: a source is not reported if it is empty, or one of its lines is recognised", async () => {
  using dir = new TempDir();
  const other = '{"event":"codex.idle","t":"x","line":"{}","sid":"s"}\n';
  const logs = [
    "",
    "\n",
    other,
    `noise\n${"x".repeat(300_000)}\n${other}`,
    '{"t":"x","flow_id":"f","event":"codex.idle"}\n',
    '{"sid":"s","line":"data: {}"}',
    ...["claude/fork", "codex/legacy", "copilot/session", "pi/fork"].map(
      (name) => Deno.readTextFileSync(`testdata/${name}.jsonl`),
    ),
  ];
  for (const [i, log] of logs.entries()) {
    const source = dir.write(`${i}.jsonl`, log);
    const args = ["--source", source, "--db", dir.file(`${i}.db`)];
    const { code, stderr } = await turnCounter(args);
    assertEquals([code, stderr.includes("recognised")], [0, false], source);
  }
  const ended = await shell(`"$@" --db '${dir.file("stdin.db")}' </dev/null`);
  assertEquals(ended, { code: 0, stdout: "", stderr: "" });
});

Deno.test("SPEC 7: a followed log is reported once, and read when its lines are recognised", async () => {
  using dir = new TempDir();
  const log = dir.write("notes.txt", "first\n");
  const db = dir.file("turns.db");
  const args = ["--source", log, "--follow", "--db", db];
  // So that there are tables to look at.
  await turnCounter(["--source", dir.write("empty", ""), "--db", db]);
  await using follower = new Follower(args);
  const hasRead = (bytes: number) =>
    until(() => {
      const rows = query(db, "SELECT read_bytes FROM checkpoints");
      return rows.some(([read]) => read === bytes);
    }, `a checkpoint at ${bytes}`);
  await hasRead(6);
  Deno.writeTextFileSync(log, "second\n", { append: true });
  await hasRead(13);
  Deno.writeTextFileSync(log, logOf([prompt()]), { append: true });
  await follower.emitsRecords(1);
  const stderr = await follower.stop();
  assertEquals(stderr.split("\n").length, 2, stderr);
  assertStringIncludes(stderr, `no line of "${log}" was recognised; known`);
});
