import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { utf8 } from "../support/bytes.ts";
import { describe, findDefect } from "../fuzz/find.ts";
import { trial } from "../fuzz/trial.ts";
import { logOf, prompt } from "../support/envelope.ts";
import { COMMAND } from "./program.ts";

const SEED = 1;
const ROUNDS = 5;

Deno.test(`turn-counter agrees with the oracle on ${ROUNDS} hostile logs (seed ${SEED})`, async () => {
  const search = { seed: SEED, rounds: ROUNDS, lines: 200 };
  const finding = await findDefect(COMMAND, search);
  assertEquals(finding && describe(finding), null);
});

/** A program with a defect: a script with the real program as `"$@"`. */
function broken(script: string): string[] {
  return ["bash", "-c", script, "bash", ...COMMAND];
}

const LOG = logOf([prompt(), prompt({ text: "other" })]) + "turn.user_message";

Deno.test("trial finds a wrong row, a lost line, a wrong event, and a crash", async () => {
  const log = { log: utf8(LOG), maxLineBytes: null };
  assertEquals(await trial(COMMAND, log), []);
  const defects: [script: string, words: string][] = [
    ['"$@" | sed s/hello/hallo/', "stdout, item 1: is "],
    ['"$@" | head -n 1', "stdout, item 2: is "],
    ['"$@" 2>/dev/null', "rejected lines, item 1: is nothing"],
    [
      'f=$(mktemp); "$@" --dead-letter "$f"; rm "$f"',
      "the dead-letter file, byte 0",
    ],
    ['f=$(mktemp); "$@" --db "$f"; rm "$f"', "the database cannot be read"],
    ['"$@" | sed s/turn_status/status/', "stdin, events: stdout, item 1: is "],
    ['"$@"; exit 3', "it ends with code 3"],
    ['"$@"; echo "    at main.ts:1" >&2', 'it says ["    at main.ts:1"'],
  ];
  for (const [script, words] of defects) {
    const found = (await trial(broken(script), log)).join("\n");
    assertStringIncludes(found, words);
  }
});

Deno.test("findDefect shows a defect with as few lines as possible", async () => {
  const program = broken('"$@" --max-line-bytes 280');
  const search = { seed: 3, rounds: 1, lines: 40 };
  const finding = await findDefect(program, search);
  assert(finding !== null);
  assertEquals(finding.seed, 3);
  assertEquals(describe(finding).match(/^line \d+,/gm), ["line 1,"]);
});
