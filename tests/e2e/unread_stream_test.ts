import { assert, assertEquals, assertMatch } from "@std/assert";
import { appliedEvents, records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { linuxTest } from "./machine.ts";
import { exists } from "./follower.ts";
import { COMMAND, Running, until } from "./program.ts";

/**
 * The kinds of streams, and how many messages are more than each can hold: a pipe
 * holds a megabyte, a socket a fifth of that, a terminal still less.
 */
const KINDS = { pipe: 22_000, fifo: 22_000, socket: 8000, terminal: 3000 };

/** A line that is rejected. */
const BROKEN = '{"event":"turn.user_message"\n';

/** Starts the program with one stream that is blocked, an output until SIGUSR1. */
function startUnread(
  kind: string,
  stream: 0 | 1 | 2,
  dir: TempDir,
  args: string[],
): Running {
  const script = "tests/e2e/unread_stream.py";
  const wrapper = ["env", "NO_COLOR=1", "python3", script, kind, `${stream}`];
  const command = [...COMMAND, "--quiet", "--db", dir.file("turns.db")];
  return new Running([...wrapper, dir.path, ...command, ...args]);
}

for (const [kind, many] of Object.entries(KINDS)) {
  linuxTest(
    `OpenHarness#204: a blocked stderr stops no record, and drops are counted (${kind})`,
    async () => {
      using dir = new TempDir();
      await using program = startUnread(kind, 2, dir, ["--synchronous", "off"]);
      await program.write(BROKEN.repeat(many) + logOf([prompt({})]));
      assertEquals(JSON.parse((await program.line())!).turn_id_glob, 1);
      program.kill("SIGUSR1");
      // Each is a message; the first that stderr accepts follows the count.
      for (let pid = 2; pid < 50; pid++) {
        await program.write(BROKEN + logOf([prompt({ pid })]));
        assertEquals(JSON.parse((await program.line())!).turn_id_glob, pid);
      }
      const { code, stderr } = await program.end();
      assertEquals(code, 0);
      const lines = stderr.trimEnd().split("\n");
      const counts = lines.map((line) =>
        /^turn-counter: (\d+) messages? dropped while stderr was blocked$/
          .exec(line)?.[1]
      ).filter((count) => count !== undefined);
      assert(counts.length > 0, lines.at(-1));
      const dropped = counts.reduce((sum, count) => sum + +count, 0);
      const printed = lines.length - counts.length;
      assertEquals(printed + dropped, many + 48);
      for (const line of lines) {
        assertMatch(
          line,
          /^turn-counter: (line \d+ of stdin rejected: |\d+ m)/,
        );
      }
    },
  );

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    linuxTest(
      `OpenHarness#204: ${signal} ends a program with a blocked stderr (${kind})`,
      async () => {
        using dir = new TempDir();
        await using program = startUnread(kind, 2, dir, []);
        await program.write(BROKEN.repeat(many) + logOf([prompt({})]));
        assertEquals(JSON.parse((await program.line())!).turn_id_glob, 1);
        program.kill(signal);
        assertEquals((await program.exit()).code, 0);
      },
    );
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    linuxTest(
      `OpenHarness#204: ${signal} ends a program whose stdin gives nothing (${kind})`,
      async () => {
        using dir = new TempDir();
        await using program = startUnread(kind, 0, dir, []);
        const db = dir.file("turns.db-wal");
        await until(() => exists(db), "the database");
        program.kill(signal);
        assertEquals(await program.exit(), {
          ...{ code: 0, signal: null, stderr: "" },
        });
      },
    );
  }

  linuxTest(
    `OpenHarness#204: a second signal ends a program with a blocked stdout (${kind})`,
    async () => {
      using dir = new TempDir();
      const text = "x".repeat(3e6);
      const log = dir.write("log", logOf([prompt({ text })]));
      const args = ["--source", log];
      await using program = startUnread(kind, 1, dir, args);
      const db = dir.file("turns.db");
      await until(() => appliedEvents(db) > 0, "a blocked stdout");
      const start = performance.now();
      program.kill("SIGTERM");
      program.kill("SIGINT");
      const { code, stderr } = await program.exit();
      assertEquals(code, 1);
      assertMatch(stderr, /^turn-counter: stopped while stdout was blocked; /);
      // After a single signal it waits for five seconds.
      assert(performance.now() - start < 4000);
      assertEquals(records(db).length, 1);
    },
  );
}

linuxTest(
  "OpenHarness#204: a batch with a progress bar ends on a terminal that is not read",
  async () => {
    using dir = new TempDir();
    const events = Array.from(
      { length: 12_000 },
      (_, i) => prompt({ t: at(i) }),
    );
    const log = dir.write("log", logOf(events));
    const args = ["--source", log, "--synchronous", "off", "-v"];
    const command = [...COMMAND, "--db", dir.file("turns.db"), ...args];
    const script = "tests/e2e/unread_stream.py";
    await using program = new Running(
      ["python3", script, "terminal", "2", dir.path, ...command],
    );
    let records = 0;
    for await (const _ of program.lines()) records++;
    const { code } = await program.exit();
    // Each prompt but the first orphans the one before.
    assertEquals([code, records], [0, 2 * events.length - 1]);
  },
);
