import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { at, logOf, prompt } from "../support/envelope.ts";
import { EXAMPLES } from "../support/pages.ts";
import { TempDir } from "../support/temp.ts";
import { expected } from "./ingestion.ts";
import { serviceTest, unitTest } from "./machine.ts";
import { Postgres } from "../support/postgres.ts";
import { ProcessGroup } from "./process_group.ts";
import { COMMAND, type Exit, run, until } from "./program.ts";

const UNIT = "tools/examples/turn-counter.service";

/** The values of a setting of the unit, in their order. */
function values(name: string): string[] {
  return Deno.readTextFileSync(UNIT).replaceAll("\\\n", " ").split("\n")
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1));
}

/** The system calls of a name or set in a systemd filter. */
async function systemCalls(name: string): Promise<string[]> {
  if (!name.startsWith("@")) return [name];
  const { stdout } = await run(["systemd-analyze", "syscall-filter", name]);
  const names = stdout.split("\n").slice(1).map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return (await Promise.all(names.map(systemCalls))).flat();
}

/** The system calls that the unit allows. */
async function allowedCalls(): Promise<Set<string>> {
  const allowed = new Set<string>();
  for (const value of values("SystemCallFilter")) {
    const isDenied = value.startsWith("~");
    for (const name of value.replace("~", "").split(" ")) {
      for (const call of await systemCalls(name)) {
        if (isDenied) allowed.delete(call);
        else allowed.add(call);
      }
    }
  }
  return allowed;
}

unitTest("turn-counter.service passes systemd-analyze verify", async () => {
  const ended = await run(
    [
      ...["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"],
      UNIT,
    ],
  );
  assertEquals(ended, { code: 0, stdout: "", stderr: "" });
});

unitTest(
  "turn-counter.service has the exposure that its page states",
  async () => {
    // From 0 to 10; a service without settings has 9.6.
    const most = 0.4;
    assertStringIncludes(EXAMPLES, `rates its exposure ${most} of 10`);
    const { code, stdout } = await run([
      ...["systemd-analyze", "security", "--no-pager", "--offline=true"],
      ...[`--threshold=${most * 10}`, UNIT],
    ]);
    assertEquals(code, 0, stdout);
  },
);

serviceTest(
  "turn-counter.service fills its table under the restrictions of its unit",
  async () => {
    using dir = new TempDir();
    await using server = await Postgres.create(dir);
    for (const name of ["bin", "log", "state"]) Deno.mkdirSync(dir.file(name));
    const log = dir.write("log/sse_lines.jsonl", logOf([prompt()]));
    const db = dir.file("state/turns.db");
    const program = COMMAND.map((word) => `'${word}'`).join(" ");
    dir.write("bin/turn-counter", `#!/bin/sh\nexec ${program} "$@"\n`);
    Deno.chmodSync(dir.file("bin/turn-counter"), 0o755);

    const [command] = values("ExecStart");
    const script = /^\/bin\/bash -o pipefail -c '(.*)'$/.exec(command)![1]
      .replaceAll("/var/lib/turn-counter/turns.db", db)
      .replaceAll("/var/log/agents/sse_lines.jsonl", log);
    const error = values("SystemCallErrorNumber").includes("EPERM") ? 1 : 0;
    const calls = [...await allowedCalls()].join(",");
    assert(calls.includes("read") && !calls.includes("reboot"), calls);
    const restrict = `
      mount --bind "$STATE" "$STATE" && mount -o remount,bind,ro / &&
      ! touch "$LOG.copy" 2>&- &&
      exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`;
    await using service = new ProcessGroup([
      ...["unshare", "--map-root-user", "--mount", "--net", "--ipc"],
      ...["bash", "-c", restrict, "bash"],
      ...["python3", "tests/e2e/system_calls.py", `${error}`, calls],
      ...["bash", "-o", "pipefail", "-c", script],
    ], {
      ...server.env,
      ...{ STATE: dir.file("state"), LOG: log, ORIGIN: "this machine" },
      PATH: `${dir.file("bin")}:${Deno.cwd()}/tools/examples:/usr/bin:/bin`,
    });
    const exits: Exit[] = [];
    // The service keeps running, so that a timeout of this wait is no error.
    service.exit().then((exit) => exits.push(exit), () => {});
    for (const count of [1, 2, 3]) {
      await until(async () => {
        assertEquals(exits, []);
        return (await server.turns()).length === count;
      }, `${count} rows`);
      const origin = "this machine";
      assertEquals(
        await server.turns(),
        expected(db).map((row) => ({ ...row, origin })),
      );
      const event = prompt({ t: at(count), sid: `s${count}` });
      Deno.writeTextFileSync(log, logOf([event]), { append: true });
    }
  },
);
