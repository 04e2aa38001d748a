import { assert, assertEquals, assertMatch } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { fold, query, records } from "../support/database.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { run, turnCounter, until } from "./program.ts";
import { Home } from "./home.ts";
import { BY_MODES, linuxTest, mountTest, testWith } from "./machine.ts";

const zstdTest = await testWith("zstd");

Deno.test("SPEC 10: --follow of directories and a log emits all in one stream, new folders too", async () => {
  await using home = new Home();
  home.session("a/one");
  const log = home.dir.write("log", lineOf(prompt({ text: "log" })) + "\n");
  Deno.mkdirSync(home.dir.file("b"));
  const sources = [home.dir.file("a"), home.dir.file("b"), log];
  const follower = home.start(sources);
  await follower.emits("log");
  await follower.emits(home.ask("a/one"));
  home.session("b/2026/02/03/two");
  await follower.emits(home.ask("b/2026/02/03/two"));
  home.session("a/deep/er/three");
  await follower.emits(home.ask("a/deep/er/three"));
  Deno.writeTextFileSync(log, lineOf(prompt({ sid: "s2", text: "more" })), {
    append: true,
  });
  Deno.writeTextFileSync(log, "\n", { append: true });
  await follower.emits("more");
  await home.endsAsBatch();
  // Each record is of a new event.
  assertEquals(home.repeated, []);
});

Deno.test("SPEC 10: a session file that is renamed while it is followed, or is not, is the same file", async () => {
  await using home = new Home();
  for (const name of ["live/one", "live/two"]) home.session(name);
  let follower = home.start([home.dir.path]);
  for (const name of ["live/one", "live/two"]) {
    await follower.emits(home.ask(name));
  }
  home.rename("live/one", "archived/one");
  await follower.emits(home.ask("archived/one"));
  await follower.stop();
  home.rename("archived/one", "live/back");
  home.rename("live/two", "archived/two");
  follower = home.start([home.dir.path]);
  await follower.emits(home.ask("live/back"));
  await follower.emits(home.ask("archived/two"));
  await home.endsAsBatch();
  assertEquals(home.repeated, []);
  const [[files]] = query(home.db, "SELECT count(*) FROM checkpoints");
  assertEquals(files, 2);
});

zstdTest(
  "codex#22119, codex-trace#209: a session that is packed stays one log, and is one when unpacked",
  async () => {
    await using home = new Home();
    home.session("one");
    home.session("two");
    let follower = home.start([home.dir.path]);
    await follower.emits(home.ask("one"));
    const zstd = async (...args: string[]) =>
      assertEquals((await run(["zstd", "-q", ...args])).code, 0);
    const path = home.pathOf("one");
    await zstd("--rm", path);
    await follower.emits(home.ask("two"));
    await follower.stop();
    follower = home.start([home.dir.path]);
    await follower.emits(home.ask("two"));
    await zstd("-d", "--rm", `${path}.zst`);
    await follower.emits(home.ask("one"));
    await follower.stop();
    await zstd("--rm", path);
    follower = home.start([home.dir.path]);
    await follower.emits(home.ask("two"));
    await home.endsAsBatch();
    assertEquals(home.repeated, []);
  },
);

Deno.test("Irrlicht#1104, claude-mem#3633: a rewritten session of the same or another size is read again", async () => {
  await using home = new Home();
  const path = home.session("one");
  home.session("two");
  const follower = home.start([home.dir.path]);
  await follower.emits(home.ask("one"));
  const text = Deno.readTextFileSync(path);
  const [first] = /prompt \d+/.exec(text)!;
  const other = first.toUpperCase();
  const changed = text.replace(first, other)
    .replace(/"uuid":"u/, '"uuid":"U');
  assertEquals(changed.length, text.length);
  Deno.writeTextFileSync(path, changed);
  await follower.emits(other);
  Deno.writeTextFileSync(
    path,
    changed.replace(other, "shorter")
      .replace('"uuid":"U', '"uuid":"V'),
  );
  await follower.emits("shorter");
  await follower.emits(home.ask("one"));
  const stream = await home.stop();
  // What was read before stays; nothing of it is counted again.
  const texts = records(home.db).map((row) => row.user_text);
  assertEquals(texts.length, new Set(texts).size);
  assertEquals(fold(stream), records(home.db));
});

Deno.test("claude-code#62476, #90866: turns of a deleted session stay, and it may come back", async () => {
  await using home = new Home();
  const path = home.session("one");
  home.session("two");
  let follower = home.start([home.dir.path]);
  await follower.emits(home.ask("one"));
  const text = Deno.readTextFileSync(path);
  Deno.removeSync(path);
  await follower.emits(home.ask("two"));
  const turns = records(home.db).length;
  await follower.stop();
  follower = home.start([home.dir.path]);
  await follower.emits(home.ask("two"));
  assertEquals(records(home.db).length, turns + 1);
  Deno.writeTextFileSync(path, text);
  await follower.emits(home.ask("one"));
  await home.endsAsBatch();
});

Deno.test("SPEC 10: two hundred sessions that grow at once are all emitted, whole", async () => {
  await using home = new Home();
  const names = Array.from({ length: 200 }, (_, i) => `${i % 20}/${i}`);
  for (const name of names) home.session(name);
  const follower = home.start([home.dir.path]);
  await follower.emitsRecords(names.length);
  for (const name of names) home.ask(name);
  // A prompt orphans the one before it, so that both are emitted.
  await follower.emitsRecords(3 * names.length);
  await home.endsAsBatch();
  assertEquals(home.repeated, []);
});

Deno.test("SPEC 4, 10: kill -9 of a follower of directories at any moment loses nothing", async () => {
  await using home = new Home();
  const random = new Random(Date.now() % 1e9);
  const names = Array.from({ length: 40 }, (_, i) => `${i % 5}/${i}`);
  for (const name of names) home.session(name);
  for (let kill = 0; kill < 12; kill++) {
    const follower = home.start([home.dir.path]);
    const texts: string[] = [];
    for (let i = random.below(60); i > 0; i--) {
      texts.push(home.ask(random.pick(names)));
    }
    if (random.chance(0.3)) home.session(`new/${kill}/x`);
    // The moments are those at which it has emitted so much.
    if (texts.length > 0 && random.chance(0.8)) {
      await follower.emits(random.pick(texts));
    }
    await follower.crash();
    home.keep();
  }
  const follower = home.start([home.dir.path]);
  for (const name of names) await follower.emits(home.ask(name));
  await home.endsAsBatch();
});

Deno.test("SPEC 10: a session that two processes append to has the turns of both, each once", async () => {
  await using home = new Home();
  home.session("one");
  const follower = home.start([home.dir.path]);
  const texts = Array.from({ length: 50 }, () => home.ask("one"));
  const writers = await Promise.all([0, 1].map(async (n) => {
    const lines = Array.from(
      { length: 50 },
      (_, i) => home.line("one", `w${n} ${i}`),
    );
    const script =
      'while IFS= read -r line; do printf \'%s\\n\' "$line" >>"$0"; done';
    const { code } = await run(["sh", "-c", script, home.pathOf("one")], {
      stdin: new TextEncoder().encode(lines.join("\n") + "\n"),
    });
    return code;
  }));
  assertEquals(writers, [0, 0]);
  for (const text of [...texts, "w0 49", "w1 49"]) await follower.emits(text);
  await home.endsAsBatch();
  assertEquals(records(home.db).length, 151);
});

Deno.test("SPEC 7: --follow says that a path does not exist, and follows the directory it becomes", async () => {
  await using home = new Home();
  const path = home.dir.file("later");
  const stderr = home.dir.write("stderr", "");
  const command = ["sh", "-c", 'exec "$@" 2>"$0"', stderr];
  const follower = home.start([path], command);
  const written = () => Deno.readTextFileSync(stderr);
  await until(() => Promise.resolve(written() !== ""), "the message");
  home.session("later/one");
  await follower.emits(home.ask("later/one"));
  await follower.stop();
  assertEquals(
    written(),
    `turn-counter: "${path}" does not exist; waiting for it\n`,
  );
});

Deno.test("SPEC 7, 10: --follow waits for a directory named with a slash, and knows it without", async () => {
  await using home = new Home();
  const path = home.dir.file("later");
  let follower = home.start([`${path}/`]);
  home.session("later/one");
  await follower.emits(home.ask("later/one"));
  await follower.stop();
  follower = home.start([path]);
  await follower.emits(home.ask("later/one"));
  await home.endsAsBatch();
  assertEquals(home.repeated, []);
  const paths = query(home.db, "SELECT DISTINCT path FROM checkpoints");
  assertEquals(paths, [[path]]);
});

Deno.test("SPEC 10: a followed directory that is removed and made again is read again", async () => {
  await using home = new Home();
  const root = home.dir.file("root");
  home.session("root/one");
  home.session("other/two");
  const follower = home.start([root, home.dir.file("other")]);
  await follower.emits(home.ask("root/one"));
  for (const end of ["removed", "renamed"]) {
    if (end === "removed") Deno.removeSync(root, { recursive: true });
    else Deno.renameSync(root, home.dir.file("away"));
    await follower.emits(home.ask("other/two"));
    home.session(`root/${end}`);
    await follower.emits(home.ask(`root/${end}`));
    home.session(`root/deep/er/${end}`);
    await follower.emits(home.ask(`root/deep/er/${end}`));
  }
  const stream = await home.stop();
  assertEquals(fold(stream), records(home.db));
  assertEquals(home.repeated, []);
});

Deno.test("SPEC 10: a link that is pointed elsewhere is followed there, and refused above the database", async () => {
  await using home = new Home();
  const link = home.dir.file("link");
  const point = (target: string) => {
    Deno.symlinkSync(target, `${link}.new`);
    Deno.renameSync(`${link}.new`, link);
  };
  home.session("first/one");
  home.session("second/two");
  point("first");
  const follower = home.start([link]);
  await follower.emits(home.ask("first/one"));
  point("second");
  await follower.emits(home.ask("second/two"));
  point("first");
  await follower.emits(home.ask("first/one"));
  const database = home.db.replace(/\/[^/]*$/, "");
  point(database);
  const { code, stderr } = await follower.exit();
  assertEquals(code, 1);
  assertMatch(stderr, /turns\.db" is below ".*", and would be read/);
  home.keep();
  assertEquals(home.repeated, []);
  const paths = query(home.db, "SELECT path FROM checkpoints ORDER BY 1");
  const names = ["first", "second"].map((name) => [home.dir.file(name)]);
  assertEquals(paths, names);
});

linuxTest(
  "SPEC 10: --follow leaves out a directory that may not be read, and reads it once it may",
  async () => {
    await using home = new Home();
    home.session("a/one");
    home.session("locked/two");
    const locked = home.dir.file("locked");
    Deno.chmodSync(locked, 0);
    const follower = home.start([home.dir.path], BY_MODES);
    await follower.emits(home.ask("a/one"));
    home.session("b/three");
    await follower.emits(home.ask("b/three"));
    Deno.chmodSync(locked, 0o700);
    await follower.emits(home.ask("locked/two"));
    await follower.emits(home.ask("locked/two"));
    await follower.emits(home.ask("b/three"));
    const stderr = await follower.stop();
    assertEquals(
      stderr,
      `turn-counter: cannot read "${locked}": you may not read it; retrying\n`,
    );
    home.keep();
    assertEquals(home.repeated, []);
  },
);

for (const [limit, value] of [["watches", "1"], ["instances", "0"]]) {
  mountTest(
    `SPEC 10: --follow names the limit where no ${limit} are left, and looks every second`,
    async () => {
      await using home = new Home();
      home.session("a/one");
      const script =
        'echo "$0" >/proc/sys/user/max_inotify_$1; shift; exec "$@"';
      const command = ["unshare", "--map-root-user", "sh", "-c", script];
      const follower = home.start([home.dir.path], [...command, value, limit]);
      await follower.emits(home.ask("a/one"));
      home.session("b/two");
      await follower.emits(home.ask("b/two"));
      assertEquals(
        await follower.stop(),
        `turn-counter: the system has no file watches left for "${home.dir.path}": looking for changes every second instead; raise fs.inotify.max_user_${limit}\n`,
      );
      home.keep();
      await home.endsAsBatch();
    },
  );
}

Deno.test("SPEC 1: --follow names the file of a rejected line, and its line there", async () => {
  await using home = new Home();
  const path = home.session("sub/one");
  const follower = home.start([home.dir.path]);
  await follower.emits(home.ask("sub/one"));
  const torn = home.line("sub/one", "x").slice(0, -9);
  Deno.writeTextFileSync(path, `${torn}\n`, { append: true });
  await follower.emits(home.ask("sub/one"));
  const stderr = await follower.stop();
  assertMatch(stderr, new RegExp(`: line 3 of ${path} rejected: `));
});

Deno.test("SPEC 7: --follow reports a directory with files but without a session", async () => {
  await using home = new Home();
  home.session("sessions/one");
  for (const name of ["notes", "empty"]) Deno.mkdirSync(home.dir.file(name));
  home.dir.write("notes/a.txt", "notes\n");
  const names = ["notes", "empty", "sessions"];
  const follower = home.start(names.map((name) => home.dir.file(name)));
  await follower.emits(home.ask("sessions/one"));
  const stderr = await follower.stop();
  assertMatch(stderr, /^turn-counter: no line of ".*\/notes" was recognised; /);
  assertEquals(/empty|sessions/.exec(stderr), null);
});

Deno.test("SPEC 7: --follow refuses a database or a dead letter below a followed directory", async () => {
  await using home = new Home();
  home.session("one");
  const args = ["--source", home.dir.path, "--follow"];
  for (
    const [inside, ...more] of [
      ["--db"],
      ["--dead-letter", "--db", home.db],
    ]
  ) {
    const path = home.dir.file("turns.db");
    const ended = await turnCounter([...args, ...more, inside, path]);
    assertEquals([ended.code, ended.stdout], [2, ""]);
    assertMatch(ended.stderr, /turns\.db" is below ".*", and would be read/);
  }
});

Deno.test("SPEC 7: status shows a followed directory in one line, with its files and unread bytes", async () => {
  await using home = new Home();
  for (const name of ["a/one", "a/two", "b/three"]) home.session(name);
  const sources = ["a", "b"].map((name) => home.dir.file(name));
  const follower = home.start(sources);
  const last = home.ask("b/three");
  await follower.emits(last);
  // The positions are stored within a second.
  const read = () => {
    const status = new Map<string, [number, number]>();
    for (
      const [path, files, bytes] of query<[string, number, number]>(
        home.db,
        "SELECT path, count(*), sum(read_bytes) FROM checkpoints GROUP BY path",
      )
    ) status.set(path, [files, bytes]);
    return status;
  };
  const size = (...names: string[]) =>
    names.reduce((sum, name) => sum + Deno.statSync(home.pathOf(name)).size, 0);
  await until(() =>
    Promise.resolve(
      read().get(sources[1])?.[1] === size("b/three") &&
        read().get(sources[0])?.[1] === size("a/one", "a/two"),
    ), "the positions");
  await follower.stop();
  home.ask("a/one");
  const json = await turnCounter(["status", "--db", home.db, "--json"]);
  const { directories, files } = JSON.parse(json.stdout);
  assertEquals(files, []);
  assertEquals(
    directories.map((one: Record<string, unknown>) => [
      ...[one.path, one.files, one.state, one.read_bytes, one.size_bytes],
    ]),
    [
      [
        sources[0],
        2,
        "current",
        read().get(sources[0])![1],
        size("a/one", "a/two"),
      ],
      [sources[1], 1, "current", size("b/three"), size("b/three")],
    ],
  );
  assert(directories[0].lag_bytes > 0);
  const { stdout } = await turnCounter(["status", "--db", home.db]);
  assertMatch(stdout, / 2 {2}\S+\/a$/m);
});

Deno.test("SPEC 10: a tree of 5,000 sessions of which five grow gives the lines of these alone", async () => {
  await using home = new Home();
  const names = Array.from({ length: 5000 }, (_, i) => `${i % 100}/${i}`);
  for (const name of names) home.session(name);
  let follower = home.start([home.dir.path]);
  await follower.emitsRecords(names.length);
  const growing = names.filter((_, i) => i % 1000 === 7);
  for (const name of growing) await follower.emits(home.ask(name));
  await follower.stop();
  follower = home.start([home.dir.path]);
  for (const name of growing) await follower.emits(home.ask(name));
  await home.endsAsBatch();
  assertEquals(home.repeated, []);
});
