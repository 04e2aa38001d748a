/**
 * Compares the program with an oracle on hostile logs: `deno task fuzz`.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { describe, examine, findDefect } from "./find.ts";

const HELP =
  `Reads hostile logs with the compiled ./turn-counter, as files and through pipes,
and compares what it writes with a plain reading of the rules.

Usage: deno task fuzz [OPTIONS]

  --seed N             the first log; any number, printed where none is given
  --rounds N           how many logs, each of the next seed (100)
  --lines N            lines of each (300)
  --log FILE           only this log, as one that an earlier run kept
  --max-line-bytes N   how to read that one
  --help               show this

Where the program differs from the rules, it prints the difference, the seed and
the lines that show it, keeps that log, and exits with code 1.`;

function fail(message: string): never {
  console.error(`fuzz: ${message}`);
  Deno.exit(2);
}

function readArgs(argv: string[]) {
  const args: Record<string, unknown> = parseArgs(argv, {
    string: ["seed", "rounds", "lines", "log", "max-line-bytes"],
    boolean: ["help"],
    unknown: (arg) => fail(`unknown option "${arg}"; see --help`),
  });
  if (args.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  const count = (name: string): number | undefined => {
    const text = args[name];
    if (text === undefined) return undefined;
    const count = Number(text);
    if (!Number.isSafeInteger(count) || count < 0 || text === "") {
      fail(`option "--${name}" cannot be "${text}"`);
    }
    return count;
  };
  return {
    log: args.log as string | undefined,
    maxLineBytes: count("max-line-bytes") ?? null,
    seed: count("seed") ?? Date.now() % 1_000_000,
    rounds: count("rounds") ?? 100,
    lines: count("lines") ?? 300,
  };
}

/** The command that runs the program; the task says which. */
function findProgram(): string[] {
  const given = Deno.env.get("TURN_COUNTER_EXE");
  if (given === undefined) fail("start it with: deno task fuzz");
  return JSON.parse(given);
}

async function main(): Promise<void> {
  const { log, maxLineBytes, ...search } = readArgs(Deno.args);
  const program = findProgram();
  const finding = log === undefined
    ? await findDefect(program, {
      ...search,
      onRound: (seed) => console.error(`fuzz: seed ${seed}`),
    })
    : await examine(program, { log: await Deno.readFile(log), maxLineBytes });
  if (finding === null) return console.error("fuzz: no difference");
  const path = await Deno.makeTempFile({ prefix: "turn-counter-fuzz-" });
  await Deno.writeFile(path, finding.log);
  console.log(`${describe(finding)}\nthis log is in ${path}`);
  Deno.exit(1);
}

if (import.meta.main) await main();
