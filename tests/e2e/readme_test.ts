/**
 * Runs the commands of the README, and compares their output with the one shown.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { patternOf, README, shown, withoutAges } from "../support/readme.ts";
import { TempDir } from "../support/temp.ts";
import {
  linuxTest,
  manualTest,
  postgresTest,
  terminalTest,
} from "./machine.ts";
import { Postgres } from "../support/postgres.ts";
import { ProcessGroup } from "./process_group.ts";
import { COMMAND, run, Running, until } from "./program.ts";
import { onTerminal } from "./terminal.ts";

const GOLDEN = Deno.readTextFileSync("testdata/golden.jsonl");
/** The number of lines in the log of the live example. */
const LIVE_LINES = 11;

/** Sets up a clone as in the README, with the binary and a log. */
function clone(dir: TempDir): void {
  Deno.symlinkSync(Deno.realPathSync("testdata"), dir.file("testdata"));
  const words = COMMAND.map((word) => `'${word}'`).join(" ");
  dir.write("turn-counter", `#!/bin/sh\nexec ${words} "$@"\n`);
  Deno.chmodSync(dir.file("turn-counter"), 0o755);
  const lines = GOLDEN.split("\n").slice(0, LIVE_LINES);
  dir.write("sse_lines.jsonl", lines.map((line) => `${line}\n`).join(""));
}

/** Runs commands in a clone, and returns the output of the last one. */
async function outputOf(...commands: string[]): Promise<string> {
  using dir = new TempDir();
  clone(dir);
  let output = "";
  for (const command of commands) {
    const script = `exec 2>&1; ${command}`;
    const env = {
      ...{ COLUMNS: "80", MANWIDTH: "80", NO_COLOR: "1" },
      TURN_COUNTER_DB: "turns.db",
    };
    const ended = await run(["bash", "-c", script], { cwd: dir.path, env });
    output = ended.stdout;
  }
  return output;
}

/** Fills the database before `status` shows it. */
const FILL = "./turn-counter --source testdata/golden.jsonl --db turns.db";

for (const { command, output, before } of shown("$")) {
  const name = `README shows the output of: ${command}`;
  if (command === "./turn-counter") {
    terminalTest(name, async () => {
      using dir = new TempDir();
      clone(dir);
      const script = `cd '${dir.path}' && TURN_COUNTER_DB=turns.db ${command}`;
      await using program = new Running(onTerminal(script));
      assertEquals(await program.line(), output.trimEnd());
      await program.write("\x04");
      assertEquals((await program.exit()).code, 0);
    });
  } else if (command.startsWith("tail")) {
    linuxTest(name, async () => {
      using dir = new TempDir();
      clone(dir);
      // jq buffers its output if it is not a terminal.
      const script = command.replace("jq ", "jq --unbuffered ");
      await using program = new ProcessGroup(
        ["env", "-C", dir.path, "bash", "-c", script],
        {},
      );
      for (const line of output.trimEnd().split("\n")) {
        assertEquals(await program.line(), line);
      }
    });
  } else {
    const test = command.includes("man -l") ? manualTest : linuxTest;
    test(name, async () => {
      const fill = command.startsWith("./turn-counter status") ? [FILL] : [];
      const real = await outputOf(...fill, ...before, command);
      assertMatch(withoutAges(real), patternOf(output));
    });
  }
}

postgresTest(
  "README shows how to fill a PostgreSQL table, step by step",
  async () => {
    using dir = new TempDir();
    clone(dir);
    await using server = await Postgres.create(dir);
    const log = dir.file("agents.jsonl");
    const local = (text: string) =>
      text.replaceAll("/var/log/agents/sse_lines.jsonl", log)
        .replaceAll("su - turncounter -c", "bash -c");
    const path = `${dir.path}:${Deno.cwd()}/tools/examples:/usr/bin:/bin`;
    const env = { ...server.env, PATH: path };
    const [fill] = /^head -n .*$/m.exec(README)!;
    const [pipe] = /^\{ records_of.*\/var\/log.*$/m.exec(README)!;
    const shell = (script: string) =>
      run(["bash", "-c", local(script)], { cwd: dir.path, env });
    assertEquals((await shell(fill)).code, 0);
    const start = () =>
      new ProcessGroup(
        ["env", "-C", dir.path, "bash", "-o", "pipefail", "-c", local(pipe)],
        env,
      );
    let service = start();
    try {
      for (const { command, output } of shown("#")) {
        if (command.startsWith("systemctl")) {
          // In the README systemd starts it.
          await service[Symbol.asyncDispose]();
          service = start();
        } else if (command.startsWith("echo")) {
          assertEquals((await shell(command)).code, 0);
        } else if (command.includes("psql")) {
          let actual = "";
          const isShown = async () =>
            (actual = (await shell(command)).stdout.trimEnd()) ===
              output.trimEnd();
          await until(isShown, command).catch(() => {});
          assertEquals(actual, output.trimEnd());
        }
      }
    } finally {
      await service[Symbol.asyncDispose]();
    }
  },
);
