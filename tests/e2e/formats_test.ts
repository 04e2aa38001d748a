import { assertEquals, assertStringIncludes } from "@std/assert";
import { contents } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { Follower } from "./follower.ts";
import { turnCounter } from "./program.ts";

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
  await follower.tellsRecords(stdout.trimEnd().split("\n").length);
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
