/**
 * Runs the commands of the pages, and compares their output with the one shown.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { EXAMPLES, patternOf, shown, withoutAges } from "../support/pages.ts";
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

/** Where the sessions of a person's agents are, from the home directory. */
const SESSIONS = {
  "codex/legacy.jsonl":
    ".codex/sessions/2026/01/02/rollout-2026-01-02T03-00-00-019b7ca5-cf80-7000-8000-000000000000.jsonl",
  "claude/session.jsonl":
    ".claude/projects/-home-dev-shop/0b5e55ed-0000-4000-8000-000000000001.jsonl",
};

/** Sets up a clone as on the pages, with the binary, a log and sessions of agents. */
function clone(dir: TempDir): void {
  Deno.symlinkSync(Deno.realPathSync("testdata"), dir.file("testdata"));
  const words = COMMAND.map((word) => `'${word}'`).join(" ");
  dir.write("turn-counter", `#!/bin/sh\nexec ${words} "$@"\n`);
  Deno.chmodSync(dir.file("turn-counter"), 0o755);
  const lines = GOLDEN.split("\n").slice(0, LIVE_LINES);
  dir.write("sse_lines.jsonl", lines.map((line) => `${line}\n`).join(""));
  for (const [log, path] of Object.entries(SESSIONS)) {
    const copy = dir.file(`home/${path}`);
    Deno.mkdirSync(dirname(copy), { recursive: true });
    Deno.copyFileSync(`testdata/${log}`, copy);
  }
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
      ...{ TURN_COUNTER_DB: "turns.db", HOME: dir.file("home") },
    };
    const ended = await run(["bash", "-c", script], { cwd: dir.path, env });
    output = ended.stdout;
  }
  return output;
}

for (const { path, command, output, before } of shown("$")) {
  const name = `${path} shows the output of: ${command}`;
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
  } else if (/^tail|--follow/.test(command)) {
    linuxTest(name, async () => {
      using dir = new TempDir();
      clone(dir);
      // jq buffers its output if it is not a terminal.
      const script = command.replace("jq ", "jq --unbuffered ");
      await using program = new ProcessGroup(
        ["env", "-C", dir.path, "bash", "-c", script],
        { HOME: dir.file("home") },
      );
      let isLeftOut = false;
      for (const line of output.trimEnd().split("\n")) {
        // What the terminal shows of Ctrl-C.
        if (line === "^C") break;
        if (line === "…") isLeftOut = true;
        else {
          let actual = await program.line();
          while (isLeftOut && actual !== undefined && actual !== line) {
            actual = await program.line();
          }

          assertEquals(actual, line);
          isLeftOut = false;
        }
      }
    });
  } else {
    const test = command.includes("man -l") ? manualTest : linuxTest;
    test(name, async () => {
      // Without --follow the same is read, and the command ends.
      const ended = before.map((it) => it.replace(" --follow", ""));
      const real = await outputOf(...ended, command);
      assertMatch(withoutAges(real), patternOf(output));
    });
  }
}

postgresTest(
  "the examples show how to fill a PostgreSQL table, step by step",
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
    const [fill] = /^head -n .*$/m.exec(EXAMPLES)!;
    const [pipe] = /^\{ records_of.*\/var\/log.*$/m.exec(EXAMPLES)!;
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
          // On the page systemd starts it.
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
