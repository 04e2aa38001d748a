import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { query, records } from "../support/database.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { complete, meta, started, user } from "../support/rollouts.ts";
import { TempDir } from "../support/temp.ts";
import { BY_MODES, limitTest, linuxTest, testWith } from "./machine.ts";
import { assertFails } from "./messages.ts";
import { COMMAND, run, turnCounter } from "./program.ts";

const zstdTest = await testWith("zstd");

/** A rollout with one turn, made in a second of the test's day. */
function rollout(second: number, text: string): string {
  const lines = [
    meta(second),
    ...started(second + 1),
    user(second + 2, text),
    complete(second + 3, second + 1),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Makes the home of a user of all agents, with a session in each. */
function makeHome(dir: TempDir): void {
  const copy = (log: string, name: string) => {
    const path = dir.file(name);
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.copyFileSync(`testdata/${log}`, path);
  };
  const day = ".codex/sessions/2026/01/02/rollout-2026-01-02T03";
  copy("codex/legacy.jsonl", `${day}-00-00-019b7ca5.jsonl`);
  copy("codex/paginated.jsonl", `${day}-04-00-019b7ca9.jsonl`);
  copy("claude/session.jsonl", ".claude/projects/-w/0b5e55ed.jsonl");
  copy("claude/session.jsonl", ".claude/projects/-w/agent-1.jsonl");
  copy("copilot/session.jsonl", ".copilot/session-state/c0b1/events.jsonl");
  copy("pi/session.jsonl", ".pi/agent/sessions/--w--/2026-01-02_019b.jsonl");
  dir.write(".claude/history.jsonl", '{"display":"hi","project":"/w"}\n');
  dir.write(".codex/config.toml", 'model = "m"\n');
}

Deno.test("SPEC 10: the sessions of all agents below a home are read, other files are left alone", async () => {
  using dir = new TempDir();
  makeHome(dir);
  const db = dir.file("turns.db");
  const { code, stderr } = await turnCounter([
    ...["--source", dir.path, "--db", db, "--quiet"],
  ]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const logs = ["codex/legacy", "codex/paginated", "pi/session"];
  logs.push("claude/session", "copilot/session");
  const files = logs.flatMap((log) => ["--source", `testdata/${log}.jsonl`]);
  const apart = dir.file("apart.db");
  await turnCounter([...files, "--db", apart, "--quiet"]);
  // The turns are the same, only their global numbers need not be.
  const turns = (db: string) =>
    query(
      db,
      "SELECT agent, sid, session_turn, status, user_text FROM turns ORDER BY 1, 2, 3",
    );
  assertEquals(turns(db), turns(apart));
  const agents = query(db, "SELECT DISTINCT agent FROM turns ORDER BY 1");
  assertEquals(agents, [["claude"], ["codex"], ["copilot"], ["pi"]]);
});

Deno.test("SPEC 10: session files are read oldest first, those of all directories together, beside a log", async () => {
  using dir = new TempDir();
  for (const name of ["a/in", "b"]) {
    Deno.mkdirSync(dir.file(name), { recursive: true });
  }
  dir.write("b/1", rollout(100, "first"));
  dir.write("a/in/2", rollout(200, "second"));
  dir.write("b/3", rollout(300, "third"));
  const log = dir.write("log", lineOf(prompt({ text: "log" })));
  const db = dir.file("turns.db");
  const sources = [log, dir.file("a"), dir.file("b")];
  const args = sources.flatMap((path) => ["--source", path]);
  const { code } = await turnCounter([...args, "--db", db]);
  assertEquals(code, 0);
  const texts = records(db).map((row) => row.user_text);
  assertEquals(texts, ["log", "first", "second", "third"]);
});

Deno.test("SPEC 10: a rejected line of a session file is reported with the file's name", async () => {
  using dir = new TempDir();
  const torn =
    '{"timestamp":"2026-01-02T03:00:00Z","type":"event_msg","payload":{"type":"user_message","mess\n';
  const path = dir.write("rollout.jsonl", rollout(100, "one") + torn);
  const args = ["--source", dir.path, "--db", dir.file("turns.db")];
  const { stderr } = await turnCounter(args);
  assertStringIncludes(stderr, `line 6 of ${path} rejected: `);
});

linuxTest(
  "SPEC 10: a directory that may not be read costs only itself, is reported, and the code is 1",
  async () => {
    using dir = new TempDir();
    Deno.mkdirSync(dir.file("locked"));
    dir.write("locked/1.jsonl", rollout(100, "hidden"));
    dir.write("2.jsonl", rollout(200, "seen"));
    dir.write("3.jsonl", rollout(300, "closed"));
    Deno.chmodSync(dir.file("3.jsonl"), 0);
    Deno.chmodSync(dir.file("locked"), 0);
    const db = dir.file("turns.db");
    const args = ["--source", dir.path, "--db", db, "--quiet"];
    const { code, stderr } = await run([...BY_MODES, ...COMMAND, ...args]);
    Deno.chmodSync(dir.file("locked"), 0o700);
    const sentence = (name: string) =>
      `turn-counter: cannot read "${
        dir.file(name)
      }": you may not read it; it was left out\n`;
    const sentences = ["locked", "3.jsonl"].map(sentence);
    assertEquals(stderr, sentences.join(""));
    assertEquals(code, 1);
    assertEquals(records(db).map((row) => row.user_text), ["seen"]);
  },
);

zstdTest(
  "SPEC 10: a session file that is packed with zstd is read, one that is there unpacked is read once",
  async () => {
    using dir = new TempDir();
    for (const [i, text] of ["first", "second", "third"].entries()) {
      dir.write(`${i}.jsonl`, rollout(100 * i, text));
    }
    const packed = [dir.file("0.jsonl"), dir.file("2.jsonl")];
    await run(["zstd", "-q", "--rm", ...packed]);
    await run(["zstd", "-q", dir.file("1.jsonl")]);
    const db = dir.file("turns.db");
    const { code, stdout } = await turnCounter([
      ...["--source", dir.path, "--db", db, "--quiet"],
    ]);
    assertEquals(code, 0);
    const texts = records(db).map((row) => row.user_text);
    assertEquals(texts, ["first", "second", "third"]);
    // A prompt and an end of each, none of them twice.
    assertEquals(stdout.split("\n").length - 1, 6);
  },
);

limitTest(
  "SPEC 10: 300 session files are read with 64 descriptors, and again without a change",
  async () => {
    using dir = new TempDir();
    Deno.mkdirSync(dir.file("sessions"));
    for (let i = 0; i < 300; i++) {
      dir.write(`sessions/${i}.jsonl`, rollout(10 * i, `prompt ${i}`));
    }
    const db = dir.file("turns.db");
    const args = ["--source", dir.file("sessions"), "--db", db, "--quiet"];
    const command = ["prlimit", "--nofile=64", ...COMMAND, ...args];
    assertEquals((await run(command)).code, 0);
    const before = records(db);
    assertEquals(
      before.map((row) => row.user_text),
      Array.from({ length: 300 }, (_, i) => `prompt ${i}`),
    );
    const again = await run(command);
    assert(again.code === 0, again.stderr);
    assertEquals(records(db), before);
  },
);

Deno.test("SPEC 7: a directory in which no session is recognised is reported by its name, and the code is 1", async () => {
  using dir = new TempDir();
  for (const name of ["lists", "other", "sessions"]) {
    Deno.mkdirSync(dir.file(name));
  }
  dir.write("lists/milk.txt", "buy milk\n");
  dir.write("other/notes.txt", "buy milk\n");
  dir.write("sessions/1.jsonl", rollout(100, "one"));
  const db = dir.file("turns.db");
  const args = ["lists", "other", "sessions"]
    .flatMap((name) => ["--source", dir.file(name)]);
  // It is an error, which --quiet does not hide.
  const { code, stderr } = await turnCounter([...args, "--db", db, "--quiet"]);
  const sentence = (name: string) =>
    `turn-counter: no line of "${dir.file(name)}" was recognised; `;
  const [lists, other, ...rest] = stderr.trimEnd().split("\n");
  assertStringIncludes(lists, sentence("lists"));
  assertStringIncludes(other, sentence("other"));
  assertEquals({ rest, code }, { rest: [], code: 1 });
  assertEquals(records(db).map((row) => row.user_text), ["one"]);
});

Deno.test("SPEC 7: a directory with nothing to read is no failure, and is named without --quiet", async () => {
  using dir = new TempDir();
  for (const name of ["empty", "blank", "sessions"]) {
    Deno.mkdirSync(dir.file(name));
  }
  dir.write("blank/1.jsonl", "");
  dir.write("sessions/1.jsonl", rollout(100, "one"));
  const db = dir.file("turns.db");
  const args = ["empty", "blank", "sessions"]
    .flatMap((name) => ["--source", dir.file(name)]);
  const { code, stderr } = await turnCounter([...args, "--db", db]);
  const lines = ["empty", "blank"].map((name) =>
    `turn-counter: there is no session file below "${
      dir.file(name)
    }"; turn-counter formats lists where agents keep theirs\n`
  );
  assertEquals({ code, stderr }, { code: 0, stderr: lines.join("") });
  const quiet = await turnCounter([...args, "--db", db, "--quiet"]);
  assertEquals([quiet.code, quiet.stderr], [0, ""]);
});

Deno.test("SPEC 10: --format reads the session files of one format below a directory", async () => {
  using dir = new TempDir();
  makeHome(dir);
  const db = dir.file("turns.db");
  const { code, stderr } = await turnCounter([
    ...["--source", dir.path, "--format", "pi", "--db", db, "--quiet"],
  ]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const agents = query(db, "SELECT DISTINCT agent FROM turns");
  assertEquals(agents, [["pi"]]);
});

Deno.test("SPEC 10: a file for rejected lines below the directory is a usage error", async () => {
  using dir = new TempDir();
  dir.write("1.jsonl", rollout(100, "one"));
  const db = dir.file("turns.db");
  const rejected = dir.file("rejected.jsonl");
  const ended = await turnCounter([
    ...["--source", dir.path, "--db", db, "--dead-letter", rejected],
  ]);
  assertFails(ended, 2, rejected, dir.path, "would be read as a session");
  assertEquals([...Deno.readDirSync(dir.path)].length, 1);
});
