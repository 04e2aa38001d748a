import { assertEquals, assertStringIncludes } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { at, lineOf, prompt } from "../support/envelope.ts";
import { Postgres } from "../support/postgres.ts";
import { TempDir } from "../support/temp.ts";
import { hostsTest } from "./machine.ts";
import { assertShareNumbering, onHost } from "./postgres_hosts.ts";
import { COMMAND, Running, turnCounter } from "./program.ts";

hostsTest(
  "SPEC 11: eight hosts share one numbering while programs and the server are killed",
  async () => {
    const seed = 11;
    console.log(`  seed ${seed}`);
    await assertShareNumbering(
      { hosts: 8, events: 150, kills: 1, serverKills: 2 },
      new Random(seed),
    );
  },
);

hostsTest(
  "SPEC 11: two hosts follow files of the same path, each from where it stopped",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const mounted = dir.file("mounted");
    const path = `${mounted}/log`;
    const names = ["left", "right"];
    Deno.mkdirSync(mounted);
    for (const name of names) {
      Deno.mkdirSync(dir.file(name));
      // A log that is not there for a while is reported.
      Deno.writeTextFileSync(`${dir.file(name)}/log`, "");
    }
    const append = (name: string, n: number) =>
      Deno.writeTextFileSync(
        `${dir.file(name)}/log`,
        `${lineOf(prompt({ sid: `${name} ${n}`, t: at(n), text: name }))}\n`,
        { append: true },
      );
    const start = (name: string) =>
      new Running([
        ...["unshare", "--map-root-user", "--mount"],
        ...["sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"'],
        ...[dir.file(name), mounted],
        ...onHost(name, [
          ...[...COMMAND, "--source", path, "--follow", "--db", server.url()],
        ]),
      ]);
    let id = 0;
    for (let run = 0; run < 3; run++) {
      await using left = start("left");
      await using right = start("right");
      for (const [i, program] of [left, right].entries()) {
        append(names[i], run);
        const record = JSON.parse((await program.line())!);
        assertEquals([record.turn_id_glob, record.user_text], [++id, names[i]]);
      }
      for (const program of [left, right]) {
        program.kill("SIGTERM");
        const { code, stderr } = await program.exit();
        assertEquals([code, stderr], [0, ""]);
      }
    }
    const status = ["status", "--db", server.url()];
    const { stdout } = await turnCounter(status);
    for (const name of names) assertStringIncludes(stdout, `${name}:${path}`);
    const json = JSON.parse((await turnCounter([...status, "--json"])).stdout);
    assertEquals(
      json.files.map((
        file: Record<string, unknown>,
      ) => [file.host, file.state]),
      names.map((name) => [name, "elsewhere"]),
    );
  },
);

hostsTest(
  "SPEC 11: two programs of one host do not follow the same file",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    const log = dir.write("log", `${lineOf(prompt())}\n`);
    const args = ["--source", log, "--follow", "--db", server.url()];
    await using one = Running.start(args);
    await one.line();
    const refused = await turnCounter(args);
    assertEquals([refused.code, refused.stdout], [1, ""]);
    assertStringIncludes(
      refused.stderr,
      `${JSON.stringify(log)} is being followed`,
    );
    // The server keeps the claim of a program whose connection it has lost.
    await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'turn-counter'`);
    Deno.writeTextFileSync(log, `${lineOf(prompt({ t: at(1) }))}\n`, {
      append: true,
    });
    await one.line();
    assertEquals((await turnCounter(args)).code, 1);
  },
);
