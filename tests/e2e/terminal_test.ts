import { assert, assertEquals, assertMatch } from "@std/assert";
import { answer, at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { terminalTest } from "./machine.ts";
import { type Ended, run, Running, shell } from "./program.ts";
import { asWords, onTerminal } from "./terminal.ts";

const GOLDEN = "testdata/golden.jsonl";

/** Runs a script with the program as `"$@"` on a terminal, to its end. */
function runOnTerminal(
  script: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const command = `set -- ${asWords()}; stty cols 60; ${script}`;
  return run(onTerminal(command), { env: { NO_COLOR: "", ...env } });
}

/** The lines visible on a terminal after the last redraw. */
function seen(text: string): string[] {
  return text.split("\r\n").map((line) => line.split("\r\x1b[K").at(-1)!);
}

terminalTest(
  "SPEC 8: -v prints one line a turn event, coloured by status on a terminal",
  async () => {
    using dir = new TempDir();
    const log = dir.write(
      "log",
      logOf([
        prompt({ text: "first\nwords \x1b[31m" }),
        prompt({ t: at(9000) }),
        answer({ t: at(9001) }),
        answer({ sid: "turnless", t: at(9) }),
        prompt({ sid: "other", t: at(9), text: "x" + "👋".repeat(40) }),
      ]),
    );
    const script = '"$@" -v --source "$LOG" --db "$DB" >/dev/null';
    const env = { LOG: log, DB: dir.file("db") };
    const { stdout } = await runOnTerminal(script, env);
    assertEquals(seen(stdout).slice(0, 5), [
      "2025-11-18T19:26:43.256 #1 c9c78 turn 1 \x1b[33mwaiting_response\x1b[0m: first words [31m",
      "2025-11-18T14:30:00.000 #2 c9c78 turn 2 \x1b[35morphaned\x1b[0m: hello",
      "2025-11-18T14:30:01.000 #2 c9c78 turn 2 \x1b[32mcompleted\x1b[0m: hello",
      "2025-11-18T12:00:09.000 answer of session nless unmatched",
      "2025-11-18T12:00:09.000 #3 other turn 1 \x1b[33mwaiting_response\x1b[0m: x" +
      "👋".repeat(39),
    ]);
    const plain = await runOnTerminal(script, {
      ...env,
      NO_COLOR: "1",
      DB: dir.file("db2"),
    });
    assert(!plain.stdout.includes("\x1b["), plain.stdout);
  },
);

terminalTest(
  "turn-counter prints a summary on a terminal, unless --quiet, and not elsewhere",
  async () => {
    using dir = new TempDir();
    const run = (script: string, db: string) =>
      runOnTerminal(`${script} >/dev/null`, { DB: dir.file(db) });
    const batch = `"$@" --source ${GOLDEN} --db "$DB"`;
    const loud = seen((await run(batch, "a")).stdout);
    assertMatch(
      loud.at(-2)!,
      /^87 lines, 23 new turns, 18 completed, 5 orphaned, 1 known, 3 unmatched, 5 rejected, in \d+\.\d s$/,
    );
    const quiet = (await run(`${batch} --quiet`, "b")).stdout;
    assert(!quiet.includes("59 lines"), quiet);
    const piped = await shell(`${batch} >/dev/null`, { DB: dir.file("c") });
    assert(!piped.stderr.includes("59 lines"), piped.stderr);
  },
);

terminalTest(
  "turn-counter draws the progress of --source on a terminal, and clears it at the end",
  async () => {
    using dir = new TempDir();
    const events = Array.from(
      { length: 25_000 },
      (_, i) => prompt({ t: at(i) }),
    );
    const log = dir.write("log", logOf(events) + "turn.user_message\n");
    const script =
      '"$@" --synchronous off --source "$LOG" --db "$DB" >/dev/null';
    const env = { LOG: log, DB: dir.file("db") };
    const begun = performance.now();
    const { stdout } = await runOnTerminal(script, env);
    const seconds = (performance.now() - begun) / 1000;
    const drawn = stdout.split("\r\x1b[K").filter((line) => /[█░]/.test(line));
    assert(drawn.length > 0, stdout);
    assert(drawn.length <= 10 * seconds, `${drawn.length} in ${seconds} s`);
    for (const line of drawn) {
      assertMatch(line, /^[█░]{20} [\d.]+ [kM]?B of [\d.]+ MB, /);
      assert(line.length < 60, line);
    }
    // Neither the rejected line nor the summary contains remains of the bar.
    const lines = seen(stdout);
    assertMatch(lines.at(-3)!, /turn-counter:.* line 25001 of .* rejected/);
    assertMatch(lines.at(-2)!, /^25,001 lines, 25,000 new turns/);
    for (const line of lines) assert(!/[█░]/.test(line), line);
    const onlyTerminal = '"$@" --synchronous off --source "$LOG" --db "$DB"';
    const both = await runOnTerminal(onlyTerminal, {
      ...env,
      DB: dir.file("db2"),
    });
    assert(!/[█░]/.test(both.stdout), "records and the bar on one terminal");
    const quiet = await runOnTerminal(`${script} --quiet`, env);
    assert(!/[█░]/.test(quiet.stdout));
  },
);

terminalTest(
  "turn-counter prints a hint after three seconds if stdin is a terminal",
  async () => {
    using dir = new TempDir();
    const command = asWords(["--db", dir.file("db")]);
    const begun = performance.now();
    await using program = new Running(onTerminal(command));
    assertMatch(
      (await program.line())!,
      /^turn-counter waits for the log on stdin; give it one with --source FILE, or tail -F /,
    );
    assert(performance.now() - begun >= 3000, "after three seconds");
    // The end of the input, as a person types it.
    await program.write("\x04");
    assertMatch((await program.line())!, /0 lines/);
    assertEquals((await program.exit()).code, 0);
  },
);
