import { Database } from "@db/sqlite";
import { assert, assertEquals } from "@std/assert";
import { contents, records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import {
  BY_MODES,
  linuxTest,
  mountShell,
  mountTest,
  traceTest,
} from "./machine.ts";
import { COMMAND, type Ended, run, shell, turnCounter } from "./program.ts";
import { assertFails } from "./messages.ts";

const LOG = logOf([prompt()]);

/** Runs the program so that file modes restrict it. */
function withoutPrivileges(args: string[]): Promise<Ended> {
  return run([...BY_MODES, ...COMMAND, ...args], { stdin: LOG });
}

Deno.test("SPEC 7: a source that cannot be opened is a usage error and leaves the database alone", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const unreadable = dir.write("secret.jsonl", LOG);
  Deno.chmodSync(unreadable, 0);
  Deno.chmodSync(dir.path, 0o777);
  assertFails(
    await turnCounter(["--source", dir.file("missing"), "--db", db]),
    2,
    dir.file("missing"),
    "no such file",
    "--source",
  );
  assertFails(
    await withoutPrivileges(["--source", unreadable, "--db", db]),
    2,
    unreadable,
    "may not read",
  );
  // Also if the first of two sources can be opened.
  const log = dir.write("log.jsonl", LOG);
  assertFails(
    await turnCounter(["--source", log, "--source", `${log}.1`, "--db", db]),
    2,
  );
  assertEquals([...Deno.readDirSync(dir.path)].length, 2);
});

Deno.test("SPEC 7: a log that is also the database is a usage error", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", "");
  assertFails(
    await turnCounter(["--source", log, "--db", log]),
    2,
    log,
    "both",
    "name another file",
  );
  assertEquals(Deno.statSync(log).size, 0);
});

Deno.test("SPEC 7: a dead-letter file that is also the log or the database is a usage error", async () => {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", "no prompt\n");
  const db = dir.file("turns.db");
  for (const other of [log, db, `${db}-wal`, `${dir.path}/./turns.db`]) {
    const args = ["--source", log, "--db", db, "--dead-letter", other];
    assertFails(await turnCounter(args), 2, other, "both");
  }
  assertEquals(Deno.readTextFileSync(log), "no prompt\n");
  assertEquals([...Deno.readDirSync(dir.path)].length, 1);
});

Deno.test("SPEC 7: a dead-letter file that cannot be written is a usage error", async () => {
  using dir = new TempDir();
  const args = ["--db", dir.file("db"), "--dead-letter", dir.file("no/where")];
  assertFails(await turnCounter(args), 2, "no/where", "--dead-letter");
  assertEquals([...Deno.readDirSync(dir.path)].length, 0);
});

traceTest(
  "SPEC 9: only the owner may read the dead-letter file and its spool",
  async () => {
    using dir = new TempDir();
    const [trace, dead] = [dir.file("trace"), dir.file("dead")];
    const log = dir.write("log", `turn.user_message ${"x".repeat(2000)}\n`);
    const args = [
      "--source",
      log,
      "--db",
      dir.file("db"),
      "--dead-letter",
      dead,
    ];
    const { code } = await run([
      ...["sh", "-c", 'umask 0; exec "$@"', "sh"],
      ...["strace", "-f", "-o", trace, "-e", "trace=open,openat,creat"],
      ...[...COMMAND, ...args, "--max-line-bytes", "1000"],
    ]);
    assertEquals(code, 0);
    assertEquals(Deno.statSync(dead).mode! & 0o777, 0o600);
    assertEquals(Deno.readTextFileSync(dead), Deno.readTextFileSync(log));
    // The spool file of a line too long for memory is deleted by now.
    const created = Deno.readTextFileSync(trace).split("\n")
      .filter((line) => line.includes(`"${dead}`) && line.includes("O_CREAT"));
    assertEquals(created.length, 2);
    for (const line of created) assert(/O_CREAT.*, 0600\)/.test(line), line);
  },
);

Deno.test("SPEC 7: a FIFO as dead-letter file is refused at once", async () => {
  using dir = new TempDir();
  const fifo = dir.file("fifo");
  assertEquals((await run(["mkfifo", fifo])).code, 0);
  for (const other of [fifo, dir.path, "/dev/null"]) {
    const args = ["--db", dir.file("db"), "--dead-letter", other];
    assertFails(await turnCounter(args), 2, other, "no regular file");
  }
  assertEquals([...Deno.readDirSync(dir.path)].length, 1);
});

Deno.test("SPEC 1: an ignored line does not end the stream, even if it cannot be spooled", async () => {
  using dir = new TempDir();
  const rejected = dir.write("rejected", "");
  Deno.mkdirSync(dir.file("db"));
  Deno.chmodSync(rejected, 0o666);
  Deno.chmodSync(dir.file("db"), 0o777);
  Deno.chmodSync(dir.path, 0o555);
  const program = [
    ...[...COMMAND, "--db", dir.file("db/turns.db")],
    ...["--dead-letter", rejected, "--max-line-bytes", "1000"],
  ];
  const long = `{"t":"${"x".repeat(2000)}"}\n`;
  const stdin = long + LOG;
  const ignored = await run([...BY_MODES, ...program], { stdin });
  assertEquals([ignored.code, ignored.stderr], [0, ""]);
  assertEquals(records(dir.file("db/turns.db")).length, 1);
  const needed = await run([...BY_MODES, ...program], {
    stdin: long.replace("xx", "turn.user_message"),
  });
  assertFails(needed, 1, rejected, "make room");
  Deno.chmodSync(dir.path, 0o755);
});

Deno.test("SPEC 8: a FIFO as database is refused at once", async () => {
  using dir = new TempDir();
  await run(["mkfifo", dir.file("fifo")]);
  const ended = await turnCounter(["--db", dir.file("fifo")]);
  assertFails(ended, 1, dir.file("fifo"), "no regular file");
});

linuxTest(
  "SPEC 8: a path that the runtime may not open is a failure that says so",
  async () => {
    assertFails(
      await turnCounter(["--db", "/dev/shm/turns.db"]),
      1,
      "/dev/shm",
      "--db",
    );
    assertFails(
      await turnCounter(["--source", "/proc/version"]),
      2,
      "/proc",
      "stdin",
    );
  },
);

linuxTest(
  "SPEC 1: a full disk under stderr does not stop the stream",
  async () => {
    using dir = new TempDir();
    const { code, stdout } = await shell(
      '"$@" --source testdata/golden.jsonl -v --db "$DB" 2>/dev/full',
      { DB: dir.file("turns.db") },
    );
    assertEquals(code, 0);
    assertEquals(stdout, Deno.readTextFileSync("testdata/golden.turns.jsonl"));
  },
);

Deno.test("SPEC 8: a directory as stdin is a failure", async () => {
  using dir = new TempDir();
  const ended = await shell('"$@" --db "$DB" </', { DB: dir.file("turns.db") });
  assertFails(ended, 1, "stdin", "directory");
});

Deno.test("SPEC 7: a mistake in the command line is reported with a hint to --help", async () => {
  assertFails(await turnCounter(["--sauce"]), 2, "--sauce", "--help");
});

Deno.test("SPEC 8: a database that cannot be written is a failure", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  await turnCounter(["--db", db], { stdin: LOG });
  const before = contents(db);
  Deno.chmodSync(db, 0o444);
  Deno.chmodSync(dir.path, 0o555);
  assertFails(
    await withoutPrivileges(["--db", db]),
    1,
    db,
    "cannot be written",
  );
  assertFails(
    await withoutPrivileges(["--db", dir.file("new.db")]),
    1,
    "new.db",
    "permissions",
  );
  Deno.chmodSync(dir.path, 0o755);
  Deno.chmodSync(db, 0o600);
  assertEquals(contents(db), before);
});

Deno.test("SPEC 8: a file that is not a turn-counter database is a failure, and is not changed", async () => {
  using dir = new TempDir();
  const text = dir.write("notes.txt", "no database ".repeat(1000));
  assertFails(
    await turnCounter(["--db", text], { stdin: LOG }),
    1,
    text,
    "--db",
  );
  assertEquals(Deno.readTextFileSync(text), "no database ".repeat(1000));

  const newer = dir.file("newer.db");
  const db = new Database(newer);
  db.exec("CREATE TABLE turns (a); PRAGMA user_version = 99");
  db.close();
  const before = Deno.readFileSync(newer);
  assertFails(
    await turnCounter(["--db", newer], { stdin: LOG }),
    1,
    newer,
    "newer",
  );
  assertEquals(Deno.readFileSync(newer), before);
});

mountTest(
  "SPEC 8: a full disk under the database is a failure that loses no commit",
  async () => {
    using dir = new TempDir();
    const events = Array.from(
      { length: 3000 },
      (_, i) => prompt({ t: at(i), text: "x".repeat(1000) }),
    );
    const log = dir.write("log.jsonl", logOf(events));
    Deno.mkdirSync(dir.file("small"));
    const script = `
      mount -t tmpfs -o size=1m tmpfs "$SMALL" &&
      "$@" --source "$LOG" --db "$SMALL/turns.db" >"$OUT" && exit 99
      code=$?
      # With room again nothing is lost, and it continues where it stopped.
      mount -o remount,size=64m tmpfs "$SMALL" &&
      "$@" --source "$LOG" --db "$SMALL/turns.db" >"$OUT.2" &&
      cp "$SMALL/turns.db" "$OUT.db" && exit $code`;
    const env = {
      LOG: log,
      SMALL: dir.file("small"),
      OUT: dir.file("stream"),
    };
    const ended = await mountShell(script, env);
    assertFails(ended, 1, "small/turns.db", "full", "free some space");
    const emitted = Deno.readTextFileSync(env.OUT).trimEnd().split("\n");
    assert(emitted.length > 1);
    const whole = dir.file("whole.db");
    await turnCounter(["--source", log, "--db", whole, "--synchronous", "off"]);
    assertEquals(contents(`${env.OUT}.db`), contents(whole));
  },
);

mountTest(
  "SPEC 9: run and status refuse a default path that is a symbolic link",
  async () => {
    const script = `unset TURN_COUNTER_DB
      # The program may be in /tmp, which the next mount hides.
      mount --bind /tmp /mnt && mount -t tmpfs tmpfs /tmp || exit 99
      export DENO_SQLITE_PATH="\${DENO_SQLITE_PATH/#\\/tmp\\///mnt/}"
      set -- "\${@/#\\/tmp\\///mnt/}"
      [ "\${PWD#/tmp/}" = "$PWD" ] || cd "/mnt/\${PWD#/tmp/}"
      touch /tmp/mine; ln -s /tmp/mine /tmp/turn_tracker.db
      "$@" </dev/null; echo $?
      "$@" status; echo $?
      stat -c %s /tmp/mine; rm /tmp/*
      "$@" --source testdata/golden.jsonl --quiet 2>&1 >/dev/null | wc -l
      "$@" status | head -n 1
      stat -c "%n %a" /tmp/*`;
    const { stdout, stderr } = await mountShell(script, {});
    assertEquals(stdout.split("\n"), [
      ...["1", "1", "0", "5", "/tmp/turn_tracker.db"],
      ...["/tmp/turn_tracker.db 600", ""],
    ]);
    const messages = stderr.split("\n").slice(0, -1);
    assertEquals(messages.length, 2, stderr);
    for (const line of messages) assert(/symbolic link.*--db/.test(line), line);
  },
);

linuxTest("SPEC 8: a full disk under stdout is a failure", async () => {
  using dir = new TempDir();
  const { code, stderr } = await shell(
    '"$@" --source "$LOG" --db "$DB" >/dev/full',
    { LOG: dir.write("log", LOG), DB: dir.file("turns.db") },
  );
  assertFails({ code, stdout: "", stderr }, 1, "stdout", "No space left");
  assert(!stderr.includes("--skip-replayed"), stderr);
});

linuxTest(
  "SPEC 4: a failed run with --skip-replayed says to read the log again without it",
  async () => {
    using dir = new TempDir();
    const env = { LOG: dir.write("log", LOG), DB: dir.file("turns.db") };
    const script = '"$@" --source "$LOG" --db "$DB" --skip-replayed';
    const { code, stderr } = await shell(`${script} >/dev/full`, env);
    const advice = "read the log again without --skip-replayed";
    assertFails({ code, stdout: "", stderr }, 1, "stdout", advice);
  },
);

Deno.test("SPEC 7: --max-line-bytes rejects a longer candidate line, but no other line", async () => {
  using dir = new TempDir();
  const [long, short] = [
    prompt({ text: "x".repeat(99) }),
    prompt({ text: "" }),
  ];
  const other = `{"event":"turn.delta","line":"${"x".repeat(999)}"}\n`;
  const log = dir.write("log", logOf([long]) + other + logOf([short]));
  const limit = logOf([long]).length - 2;
  const args = ["--source", log, "--db", dir.file("db"), "--max-line-bytes"];
  const { code, stdout, stderr } = await turnCounter([...args, `${limit}`]);
  assertEquals(code, 0);
  assertEquals(
    stderr,
    `turn-counter: line 1 of ${log} rejected: it is longer than ${limit} bytes\n`,
  );
  assertEquals(JSON.parse(stdout).user_text, "");
  const wider = await turnCounter([...args, `${limit + 1}`]);
  assertEquals([wider.stderr, wider.code], ["", 0]);
});
