import { assertEquals, assertStringIncludes } from "@std/assert";
import { Postgres } from "../support/postgres.ts";
import { PostgresProxy } from "../support/postgres_proxy.ts";
import { TempDir } from "../support/temp.ts";
import { networkTest, postgresTest, rootTest } from "./machine.ts";
import { PostgresFollower } from "./postgres_follower.ts";
import { run, Running, turnCounter, until } from "./program.ts";

/** The records that the table holds. */
async function rows(server: Postgres): Promise<Record<string, unknown>[]> {
  const { stdout } = await server.query(
    `SELECT json_build_array(turn_id_glob, status, user_text, assistant_text)
      FROM turns ORDER BY turn_id_glob`,
  );
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** What was emitted equals the table. */
async function assertFolds(
  follower: PostgresFollower,
  server: Postgres,
): Promise<void> {
  const emitted = follower.folded.map((record) => [
    ...[record.turn_id_glob, record.status],
    ...[record.user_text, record.assistant_text],
  ]);
  assertEquals(emitted as unknown[], await rows(server));
}

/** Waits until all of a log is committed and its position is stored. */
async function isIdle(log: string, server: Postgres): Promise<void> {
  const { size } = await Deno.stat(log);
  await until(async () => {
    const sql = `SELECT read_bytes FROM checkpoints WHERE path = '${log}'`;
    return Number((await server.query(sql)).stdout) === size;
  }, "the checkpoint");
}

/** When the program began what waits for a lock; empty where nothing does. */
async function waiting(server: Postgres): Promise<string> {
  const { stdout } = await server.query(
    `SELECT query_start FROM pg_stat_activity
      WHERE application_name = 'turn-counter' AND wait_event_type = 'Lock'`,
  );
  return stdout.trim();
}

for (
  const [how, signal] of [["restarted", "SIGINT"], [
    "killed",
    "SIGKILL",
  ]] as const
) {
  postgresTest(
    `SPEC 11: a follower continues after the server is ${how}`,
    async () => {
      using dir = new TempDir();
      await using server = await Postgres.create(dir);
      await using follower = new PostgresFollower(
        dir.file("log"),
        server.url(),
      );
      follower.prompt(2);
      await follower.expect(1, "waiting_response");
      await follower.expect(2, "waiting_response");
      for (let round = 0; round < 2; round++) {
        await (signal === "SIGKILL" ? server.kill() : server.stop());
        follower.answer();
        follower.prompt();
        await server.start();
        await follower.expect(round + 1, "completed");
        await follower.expect(round + 3, "waiting_response");
      }
      await follower.stop();
      await assertFolds(follower, server);
    },
  );
}

postgresTest(
  "SPEC 11: a commit whose answer is lost is emitted once it is known",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    await using proxy = await PostgresProxy.start(dir, server);
    const db = proxy.url(server.url());
    const log = dir.file("log");
    await using follower = new PostgresFollower(log, db, ["--skip-replayed"]);
    follower.prompt();
    await follower.expect(1, "waiting_response");
    for (let round = 0; round < 2; round++) {
      await proxy.order("cut");
      follower.prompt();
      await follower.expect(2 * round + 2, "waiting_response");
      assertEquals(await proxy.line(), "cut");
      await proxy.order("cut");
      follower.answer();
      await follower.expect(round + 1, "completed");
      assertEquals(await proxy.line(), "cut");
      follower.prompt();
      await follower.expect(2 * round + 3, "waiting_response");
    }
    await follower.stop();
    await assertFolds(follower, server);
  },
);

postgresTest(
  "SPEC 11: a follower connects again where the server does not answer",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    await using proxy = await PostgresProxy.start(dir, server);
    const db = proxy.url(server.url());
    const log = dir.file("log");
    await using follower = new PostgresFollower(log, db);
    follower.prompt();
    await follower.expect(1, "waiting_response");
    await isIdle(log, server);
    await proxy.order("freeze");
    await proxy.line();
    follower.prompt();
    // It connects anew once it has given up waiting.
    await follower.expect(2, "waiting_response");
    await follower.stop();
    await assertFolds(follower, server);
  },
);

postgresTest(
  "SPEC 11: a follower whose idle connection is closed connects again",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    await using proxy = await PostgresProxy.start(dir, server);
    const log = dir.file("log");
    const db = proxy.url(server.url());
    await using follower = new PostgresFollower(log, db);
    for (let id = 1; id < 4; id++) {
      follower.prompt();
      await follower.expect(id, "waiting_response");
      await isIdle(log, server);
      await proxy.order("drop");
      await proxy.line();
    }
    // It is no failure, so there is nothing to say.
    assertEquals(await follower.stop(), "");
    await assertFolds(follower, server);
  },
);

networkTest(
  "SPEC 11: an idle follower notices in seconds that its server has vanished",
  async () => {
    using dir = new TempDir();
    const settings = { listen_addresses: "127.0.0.1" };
    await using server = await Postgres.create(dir, settings, "postgres", [
      ...[
        "unshare",
        "--net",
        "sh",
        "-c",
        'ip link set lo up && exec "$@"',
        "sh",
      ],
    ]);
    const inside = ["nsenter", `--net=/proc/${server.pid}/ns/net`];
    const log = dir.file("log");
    const db = "host=127.0.0.1 user=turns dbname=postgres";
    await using follower = new PostgresFollower(log, db, [], {}, inside);
    follower.prompt();
    await follower.expect(1, "waiting_response");
    await isIdle(log, server);
    // Nothing arrives any more, and nothing is closed.
    await run([...inside, "ip", "link", "set", "lo", "down"]);
    await until(async () => {
      const open = [...inside, "ss", "-Htn", "state", "established"];
      return (await run(open)).stdout === "";
    }, "the end of the connection");
    await run([...inside, "ip", "link", "set", "lo", "up"]);
    follower.prompt();
    await follower.expect(2, "waiting_response");
    await follower.stop();
    await assertFolds(follower, server);
  },
);

postgresTest(
  "SPEC 11: a follower waits for a lock of another program",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    await using follower = new PostgresFollower(dir.file("log"), server.url());
    follower.prompt();
    await follower.expect(1, "waiting_response");
    const variables = Object.entries(server.env).map((pair) => pair.join("="));
    await using locker = new Running([
      "env",
      ...variables,
      "psql",
      "-X",
      "-q",
      "-A",
      "-t",
    ]);
    await locker.write("BEGIN; LOCK TABLE turns; SELECT 'locked';\n");
    assertEquals(await locker.line(), "locked");
    follower.prompt();
    let first = "";
    await until(async () => (first = await waiting(server)) !== "", "a wait");
    // It gives up and begins again.
    await until(
      async () => !["", first].includes(await waiting(server)),
      "another wait",
    );
    await locker.write("COMMIT;\n");
    await follower.expect(2, "waiting_response");
    await follower.stop();
    await locker.end();
  },
);

postgresTest(
  "SPEC 11: a follower changes to the standby that takes over",
  async () => {
    using dir = new TempDir();
    await using primary = await Postgres.create(dir);
    await primary.tool("pg_basebackup", [
      ...["-h", primary.path, "-U", "turns", "-D", `${primary.path}/copy`],
      ...["-R", "-X", "stream", "-c", "fast"],
    ]);
    await using standby = await Postgres.startCopy(dir, `${primary.path}/copy`);
    const services = (host: string) =>
      dir.write(
        "services",
        `[turns]\nhost=${host}\nuser=turns\ndbname=postgres\n`,
      );
    const env = { PGSERVICEFILE: services(primary.path) };
    await using follower = new PostgresFollower(
      dir.file("log"),
      "service=turns",
      [],
      env,
    );
    follower.prompt(2);
    await follower.expect(1, "waiting_response");
    await follower.expect(2, "waiting_response");

    // A standby refuses turns, and shows them.
    const refused = await turnCounter(["--db", standby.url()], {
      limit: 120_000,
    });
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.stderr, "read-only standby");
    await until(async () => {
      const { stdout } = await turnCounter([
        "status",
        "--json",
        "--db",
        standby.url(),
      ]);
      return stdout.includes('"total":2');
    }, "the copy of the turns");

    await primary.stop();
    follower.answer();
    services(standby.path);
    await standby.tool("pg_ctl", ["promote", "-D", `${primary.path}/copy`]);
    await follower.expect(1, "completed");
    follower.prompt();
    await follower.expect(3, "waiting_response");
    await follower.stop();
    await assertFolds(follower, standby);
  },
);

postgresTest(
  "SPEC 8: a signal ends a program whose server is gone, and it reports what it waited for",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const log = dir.file("log");
    {
      await using follower = new PostgresFollower(log, server.url());
      follower.prompt();
      await follower.expect(1, "waiting_response");
      await server.stop();
      follower.prompt();
      await follower.isRead();
      follower.kill("SIGTERM");
      const { code, stderr } = await follower.exit();
      assertEquals(code, 1);
      assertStringIncludes(stderr, "was not reachable");
    }
    // The next run has what this one could not commit.
    await server.start();
    const args = ["--source", log, "--follow", "--db", server.url()];
    await using next = Running.start(args);
    let id = 0;
    // It may begin before the checkpoint.
    while (id !== 2) id = JSON.parse((await next.line())!).turn_id_glob;
  },
);

rootTest(
  "SPEC 11: a follower waits while the disk of the server is full",
  async () => {
    using dir = new TempDir();
    const small = dir.file("small");
    Deno.mkdirSync(small);
    const mount =
      `mount -t tmpfs -o size=16m,uid=$(id -u postgres) tmpfs ${small}`;
    await using server = await Postgres.create(dir, {}, "postgres", [
      ...["unshare", "--mount", "sh", "-c", `${mount} && exec "$@"`, "sh"],
    ]);
    for (
      const sql of [
        `CREATE TABLESPACE small LOCATION '${small}'`,
        "ALTER SYSTEM SET default_tablespace = small",
        "SELECT pg_reload_conf()",
      ]
    ) assertEquals((await server.query(sql)).code, 0);
    await using follower = new PostgresFollower(dir.file("log"), server.url());
    follower.prompt();
    await follower.expect(1, "waiting_response");
    const fill = `${small}/fill`;
    const full = await server.query(
      `COPY (SELECT repeat('x', 1000) FROM generate_series(1, 30000)) TO '${fill}'`,
    );
    assertEquals(full.code, 1);
    const rollbacks = async () =>
      +(await server.query("SELECT sum(xact_rollback) FROM pg_stat_database"))
        .stdout;
    const before = await rollbacks();
    follower.prompt(300);
    await until(async () => await rollbacks() > before + 2, "a full disk");
    await server.query(`COPY (SELECT 1) TO PROGRAM 'rm ${fill}'`);
    for (let id = 2; id <= 301; id++) {
      await follower.expect(id, "waiting_response");
    }
    await follower.stop();
    await assertFolds(follower, server);
  },
);

postgresTest(
  "SPEC 11: a wrong password is one sentence without it",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    await server.query("CREATE ROLE guarded LOGIN PASSWORD 'right-secret'");
    await Deno.writeTextFile(
      `${server.path}/data/pg_hba.conf`,
      "local all guarded scram-sha-256\nlocal all all trust\n",
    );
    await server.query("SELECT pg_reload_conf()");
    const host = encodeURIComponent(server.path);
    for (
      const db of [
        `postgres://guarded:wrong-secret@/postgres?host=${host}`,
        `postgresql://guarded@/postgres?host=${host}&password=wrong-secret`,
        `host=${server.path} user=guarded password='wrong-secret' dbname=postgres`,
        `postgres://guarded:wrong-secret/x@[/postgres?host=${host}`,
        `host=${server.path} password='wrong-secret dbname=postgres`,
      ]
    ) {
      for (const command of [[], ["status"]]) {
        const { code, stdout, stderr } = await turnCounter([
          ...command,
          "--db",
          db,
        ]);
        assertEquals([code, stdout], [1, ""], stderr);
        assertEquals(stderr.includes("secret"), false);
        assertEquals(stderr.trim().split("\n").length, 1, stderr);
        assertStringIncludes(stderr, "database ");
      }
    }
  },
);

postgresTest(
  "SPEC 11: a program that is stopped does not keep others waiting",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    await using one = new PostgresFollower(dir.file("one"), server.url());
    await using other = new PostgresFollower(dir.file("other"), server.url());
    one.prompt();
    await one.expect(1, "waiting_response");
    await isIdle(dir.file("one"), server);
    // It is stopped while it has the lock, sooner or later.
    await using locker = new Running([
      ...["env", ...Object.entries(server.env).map((pair) => pair.join("="))],
      ...["psql", "-X", "-q", "-A", "-t"],
    ]);
    await locker.write("BEGIN; LOCK TABLE turns; SELECT 'locked';\n");
    assertEquals(await locker.line(), "locked");
    one.prompt();
    await until(async () => await waiting(server) !== "", "a wait");
    one.kill("SIGSTOP");
    await locker.write("COMMIT;\n");
    other.prompt();
    await other.expect(2, "waiting_response");
    one.kill("SIGCONT");
    await one.expect(3, "waiting_response");
    await one.stop();
    await other.stop();
    await locker.end();
    assertEquals((await rows(server)).length, 3);
  },
);
