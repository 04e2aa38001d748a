import { assertEquals } from "@std/assert";
import { records } from "../support/database.ts";
import {
  aborted,
  agent,
  complete,
  logOf,
  meta,
  started,
  user,
} from "../support/rollouts.ts";
import { TempDir } from "../support/temp.ts";
import { Follower } from "./follower.ts";
import { testWith } from "./machine.ts";
import { run } from "./program.ts";

const zstdTest = await testWith("zstd");

/** The lines of a turn that begins in a second of the test's day. */
function turn(second: number, text: string, reply = "yo"): string {
  return logOf(
    started(second),
    user(second + 1, text),
    agent(second + 2, reply),
    complete(second + 3, second),
  );
}

/** A rollout with one turn. */
function rollout(second: number, text: string, reply?: string): string {
  return logOf(meta(second)) + turn(second + 1, text, reply);
}

/** The arguments that follow the folder of sessions. */
function following(dir: TempDir): string[] {
  const db = dir.file("turns.db");
  return ["--source", dir.file("sessions"), "--follow", "--db", db, "--quiet"];
}

function newHome(): TempDir {
  const dir = new TempDir();
  Deno.mkdirSync(dir.file("sessions"));
  return dir;
}

zstdTest(
  "codex#22119, codex-trace#209: a rollout that is packed is one log with the plain file",
  async () => {
    using dir = newHome();
    const old = dir.write("sessions/rollout-1.jsonl", rollout(100, "old"));
    const args = following(dir);
    {
      await using follower = new Follower(args);
      await follower.emits("old");
      await run(["zstd", "-q", "--rm", old]);
      dir.write("sessions/rollout-2.jsonl", rollout(200, "new"));
      await follower.emits("new");
      await follower.stop();
      assertEquals(new Set(follower.texts), new Set(["old", "new"]));
    }
    // Also where it was packed while nothing followed it.
    await run(["zstd", "-q", "--rm", dir.file("sessions/rollout-2.jsonl")]);
    {
      await using follower = new Follower(args);
      dir.write("sessions/rollout-3.jsonl", rollout(300, "last"));
      await follower.emits("last");
      await follower.stop();
    }
    const texts = records(dir.file("turns.db")).map((row) => row.user_text);
    assertEquals(texts, ["old", "new", "last"]);
  },
);

for (const isLarger of [false, true]) {
  const size = isLarger ? "a larger" : "the same";
  Deno.test(`Irrlicht#1104, claude-mem#3633: a session file that is rewritten with ${size} size is read again`, async () => {
    using dir = newHome();
    const before = rollout(100, "before");
    const path = dir.write("sessions/rollout-1.jsonl", before);
    await using follower = new Follower(following(dir));
    await follower.emits("before");
    const after = rollout(200, "change") + (isLarger ? turn(300, "more") : "");
    assertEquals(after.length > before.length, isLarger);
    // In place, as a migration does it.
    Deno.writeTextFileSync(path, after);
    await follower.emits(isLarger ? "more" : "change");
    await follower.stop();
    const texts = records(dir.file("turns.db")).map((row) => row.user_text);
    assertEquals(texts, [
      ...["before", "change"],
      ...isLarger ? ["more"] : [],
    ]);
  });
}

Deno.test("claude-code#62476, #90866: turns stay when the files of their sessions are deleted", async () => {
  using dir = newHome();
  const db = dir.file("turns.db");
  const first = dir.write("sessions/rollout-1.jsonl", rollout(100, "first"));
  const second = dir.write("sessions/rollout-2.jsonl", rollout(200, "second"));
  const args = following(dir);
  {
    await using follower = new Follower(args);
    await follower.emits("second");
    await follower.emits("first");
    Deno.removeSync(first);
    dir.write("sessions/rollout-3.jsonl", rollout(300, "third"));
    await follower.emits("third");
    await follower.stop();
  }
  const before = records(db);
  Deno.removeSync(second);
  {
    await using follower = new Follower(args);
    dir.write("sessions/rollout-4.jsonl", rollout(400, "fourth"));
    await follower.emits("fourth");
    await follower.stop();
  }
  assertEquals(records(db).slice(0, 3), before);
  assertEquals(records(db).length, 4);
});

Deno.test("a session that two processes append to has each turn once, with its own answer", async () => {
  using dir = newHome();
  const path = dir.write("sessions/rollout-1.jsonl", logOf(meta(1)));
  await using follower = new Follower(following(dir));
  const append = (text: string) =>
    Deno.writeTextFileSync(path, text, { append: true });
  // The lines of both come by turns; each names its turn where it matters.
  append(logOf(started(10), user(11, "one")));
  append(logOf(started(20), user(21, "two")));
  append(logOf(agent(22, "to two"), complete(23, 20)));
  append(logOf(aborted(24, 10)));
  await follower.emits("two");
  append(turn(30, "three"));
  await follower.emits("three");
  await follower.stop();
  const turns = records(dir.file("turns.db"));
  assertEquals(
    turns.map(({ user_text, assistant_text, outcome }) => [
      ...[user_text, assistant_text, outcome],
    ]),
    [
      ["one", null, "aborted"],
      ["two", "to two", "completed"],
      ["three", "yo", "completed"],
    ],
  );
});
