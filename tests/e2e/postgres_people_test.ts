import { assertEquals, assertStringIncludes } from "@std/assert";
import { Postgres } from "../support/postgres.ts";
import { TempDir } from "../support/temp.ts";
import { postgresTest } from "./machine.ts";
import { type Ended, turnCounter } from "./program.ts";

const LOGS = ["golden", "claude/session", "codex/fork"];

/** Counts the same turns in a file and in a server. */
async function fill(dir: TempDir, server: Postgres): Promise<string[]> {
  const databases = [dir.file("turns.db"), server.url()];
  const sources = LOGS.flatMap((name) => [
    ...["--source", `testdata/${name}.jsonl`],
  ]);
  for (const db of databases) {
    const { code, stderr } = await turnCounter([...sources, "--db", db]);
    assertEquals(code, 0, stderr);
  }
  return databases;
}

/** Runs a command on both databases, which must result in the same. */
async function runOnBoth(databases: string[], args: string[]): Promise<Ended> {
  const [other, ours] = await Promise.all(
    databases.map((db) => turnCounter([...args, "--db", db])),
  );
  const [expected, actual] = [other, ours].map(({ code, stdout, stderr }, i) =>
    [code, stdout, stderr].map((text) =>
      String(text).replaceAll(databases[i], "DB")
        // The moment at which it was read.
        .replace(/\d\d\d\d-\d\d-\d\d \d\d:\d\d/g, "NOW")
        .replaceAll("\\u0000", "\uFFFD")
    )
  );
  assertEquals(actual, expected, args.join(" "));
  return ours;
}

postgresTest(
  "SPEC 11: turns, show, report and metrics are the same as with SQLite",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const databases = await fill(dir, server);
    const listings = [
      ...[[], ["--status", "orphaned"], ["--agent", "claude"]],
      ...[["--cwd", "/work"], ["--since", "2020-01-01"], ["--session", "1"]],
    ];
    for (const filter of listings) {
      await runOnBoth(databases, ["turns", "--json", ...filter]);
    }
    await runOnBoth(databases, ["turns"]);
    for (const id of ["1", "7", "99999"]) {
      await runOnBoth(databases, ["show", id, "--json"]);
    }
    await runOnBoth(databases, ["show", "7"]);
    const pages = await Promise.all(
      databases.map((db) => turnCounter(["report", "--db", db])),
    );
    const pageOf = ({ stdout }: Ended, name: string) =>
      stdout.replaceAll(name.replaceAll("&", "&amp;"), "DB")
        .replace(/Read on [^.]*/, "");
    assertStringIncludes(pages[1].stdout, "</html>");
    assertEquals(
      pageOf(pages[1], server.url()),
      pageOf(pages[0], "turns.db"),
    );
    const metrics = (text: string) =>
      text.replace(/schema="\d+"/, "").split("\n").sort();
    const [other, ours] = await Promise.all(
      databases.map((db) =>
        turnCounter(["status", "--prometheus", "--db", db])
      ),
    );
    assertEquals(ours.code, 0, ours.stderr);
    assertEquals(metrics(ours.stdout), metrics(other.stdout));
  },
);

postgresTest(
  "SPEC 11: turn-counter forget leaves no text of a turn in the tables",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const databases = await fill(dir, server);
    await runOnBoth(databases, ["forget", "2", "--dry-run"]);
    await runOnBoth(databases, ["forget", "2"]);
    await runOnBoth(databases, ["forget", "99999"]);
    await runOnBoth(databases, ["forget", "--session", "nowhere"]);
    await runOnBoth(databases, ["forget", "--older-than", "today"]);
    await runOnBoth(databases, ["turns", "--json"]);
    for (const row of await server.turns()) {
      assertEquals([row.user_text, row.assistant_text || ""], [null, ""]);
      assertEquals([row.cwd, row.outcome_reason], [null, null]);
    }
  },
);

postgresTest(
  "SPEC 11: no command names the password of its database",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const [, url] = await fill(dir, server);
    const db = url.replace("turns@", "turns:hunter2@");
    const commands = [
      ...[["show", "99999"], ["turns", "--session", "nowhere"], ["report"]],
      ...[["forget", "99999"], ["forget", "--session", "nowhere"]],
      ["status", "--prometheus"],
    ];
    for (const args of commands) {
      const { stdout, stderr } = await turnCounter([...args, "--db", db]);
      const name = args.join(" ");
      assertEquals(`${stdout}${stderr}`.includes("hunter2"), false, name);
      assertEquals(/defect/.test(stderr), false, stderr);
    }
  },
);
