/**
 * What public reports of other programs say happens to followed logs.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { Follower } from "./follower.ts";
import { COMMAND, turnCounter, until } from "./program.ts";

/** A log with one prompt for each text, each at a time of its own. */
function logWith(...texts: string[]): string {
  return logOf(
    texts.map((text) => prompt({ text, sid: text, t: at(text.charCodeAt(0)) })),
  );
}

/** Puts another file in the place of one, as `mv` does. */
function replace(path: string, text: string): void {
  Deno.writeTextFileSync(`${path}.tmp`, text);
  Deno.renameSync(`${path}.tmp`, path);
}

/** Points a link elsewhere in one step. */
function pointTo(link: string, target: string): void {
  Deno.symlinkSync(target, `${link}.tmp`);
  Deno.renameSync(`${link}.tmp`, link);
}

Deno.test("fluent-bit#1118: a directory of the log's path is a link that is pointed elsewhere", async () => {
  using dir = new TempDir();
  for (const name of ["r1", "r2", "r3"]) Deno.mkdirSync(dir.file(name));
  pointTo(dir.file("current"), "r1");
  dir.write("r1/log.jsonl", logWith("a"));
  const db = dir.file("turns.db");
  const args = ["--source", dir.file("current/log.jsonl"), "--follow"];
  await using live = new Follower([...args, "--db", db]);
  await live.emits("a");
  dir.write("r2/log.jsonl", logWith("b"));
  pointTo(dir.file("current"), "r2");
  await live.emits("b");
  Deno.writeTextFileSync(dir.file("r2/log.jsonl"), logWith("c"), {
    append: true,
  });
  await live.emits("c");
  assertEquals(await live.stop(), "");
  assertEquals(live.texts, ["a", "b", "c"]);
  // What cannot be found any more is reported.
  Deno.writeTextFileSync(dir.file("r2/log.jsonl"), logWith("lost"), {
    append: true,
  });
  dir.write("r3/log.jsonl", logWith("d"));
  pointTo(dir.file("current"), "r3");
  await using later = new Follower([...args, "--db", db]);
  await later.emits("d");
  assertMatch(
    await later.stop(),
    /log\.jsonl" is gone .* after line 2, if any/,
  );
  assertEquals(later.texts, ["d"]);
});

Deno.test("fluent-bit#10656: a link to itself beside the log costs only itself", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", logWith("a"));
  Deno.symlinkSync("log.jsonl.1", dir.file("log.jsonl.1"));
  await using program = new Follower(
    ["--source", log, "--follow", "--db", dir.file("turns.db")],
  );
  await program.emits("a");
  const stderr = await program.stop();
  assertStringIncludes(stderr, `cannot read "${log}.1": `);
  assertEquals(stderr.split("\n").length, 2, stderr);
});

Deno.test("fluentd#879: a log whose directory does not exist yet is waited for", async () => {
  using dir = new TempDir();
  const log = dir.file("not/there/log.jsonl");
  const db = dir.file("turns.db");
  const beside = dir.write("other.jsonl", logWith("x"));
  const stderr = dir.write("stderr", "");
  const said = () => Deno.readTextFileSync(stderr);
  await using program = new Follower(
    ["--source", log, "--follow", "--db", db],
    undefined,
    ["sh", "-c", 'exec "$@" 2>"$0"', stderr, ...COMMAND],
  );
  await until(() => said().endsWith("\n"), "the wait");
  Deno.mkdirSync(dir.file("not/there"), { recursive: true });
  Deno.renameSync(beside, log);
  await program.emits("x");
  await program.stop();
  assertEquals(
    said(),
    `turn-counter: "${log}" does not exist; waiting for it\n`,
  );
});

Deno.test("log-courier#260: a longer copy in the place of the log is the same log", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", logWith("a", "b"));
  const db = dir.file("turns.db");
  const args = ["--source", log, "--follow", "--db", db];
  await using live = new Follower(args);
  await live.emits("b");
  replace(log, logWith("a", "b", "c"));
  await live.emits("c");
  assertEquals(await live.stop(), "");
  assertEquals(live.texts, ["a", "b", "c"]);
  replace(log, logWith("a", "b", "c", "d"));
  await using later = new Follower(args);
  await later.emits("d");
  assertEquals(await later.stop(), "");
  assertEquals(later.texts, ["d"]);
  const { stdout } = await turnCounter(["status", "--json", "--db", db]);
  const { files } = JSON.parse(stdout);
  assertEquals(files.map(({ state }: { state: string }) => state), ["current"]);
});
