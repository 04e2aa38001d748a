/**
 * Writes homes of agents: `deno run tools/gen_tree.ts --files 5000 --bytes 1GB
 * --out DIR`.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { dirname, join } from "node:path";
import { AGENTS, treeFiles, type TreeOptions } from "./gen_tree/tree.ts";

const HELP =
  `Writes session files of all agents below a directory, as they are on
people's disks: DIR/codex, DIR/claude, DIR/copilot and DIR/pi. The same options
give the same bytes, on any machine.

Usage: gen_tree.ts [OPTIONS] --out DIR

  --files N         number of files (100)
  --bytes SIZE      about how many bytes they have: 20MB, 1GB (200 kB a file)
  --seed N          other sessions for other seeds (1)
  --agents A,B,…    only these, of: ${AGENTS.map(({ name }) => name).join(", ")}
  --forks SHARE     share of files that copy the first turns of another (0.1)
  --sub-agents SHARE  share of files that are those of sub-agents (0.3)
  --giants N        number of files with a giant line (0)
  --giant-bytes SIZE  its length (10MB)
  --help            show this`;

const UNITS: Record<string, number> = { "": 1, kB: 1e3, MB: 1e6, GB: 1e9 };
const BUFFER_BYTES = 1 << 20;

/** Options that are numbers, and the largest value of those that are shares. */
const NUMBERS: Record<string, [keyof TreeOptions, most: number]> = {
  "files": ["files", Infinity],
  "bytes": ["bytes", Infinity],
  "seed": ["seed", Number.MAX_SAFE_INTEGER],
  "forks": ["forks", 1],
  "sub-agents": ["subAgents", 1],
  "giants": ["giants", Infinity],
  "giant-bytes": ["giantBytes", Infinity],
};

function fail(message: string): never {
  console.error(`gen_tree: ${message}`);
  Deno.exit(2);
}

function readNumber(name: string, text: string, most: number): number {
  const [, digits, unit] = /^([\d.]+)([kMG]B)?$/.exec(text) ?? [];
  const number = Number(digits) * UNITS[unit ?? ""];
  if (!(number >= 0 && number <= most)) {
    fail(`option "--${name}" cannot be "${text}"`);
  }
  return number;
}

/** Reads the command line: the tree to make, and where to. */
function readArgs(argv: string[]): { options: TreeOptions; out: string } {
  const args: Record<string, unknown> = parseArgs(argv, {
    string: [...Object.keys(NUMBERS), "agents", "out"],
    boolean: ["help"],
    unknown: (arg) => fail(`unknown option "${arg}"; see --help`),
  });
  if (args.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  const options: TreeOptions = {};
  for (const [name, [key, most]] of Object.entries(NUMBERS)) {
    const text = args[name];
    if (typeof text !== "string") continue;
    Object.assign(options, { [key]: readNumber(name, text, most) });
  }
  if (typeof args.agents === "string") {
    options.agents = args.agents.split(",").map((name) =>
      AGENTS.find((agent) => agent.name === name) ??
        fail(`there is no agent "${name}"; see --help`)
    );
  }
  const { out } = args;
  if (typeof out !== "string") fail("no directory; name one with --out DIR");
  return { options, out };
}

/** Writes lines to a file; returns how many there are, and their bytes. */
function writeLines(path: string, lines: Iterable<string>) {
  Deno.mkdirSync(dirname(path), { recursive: true });
  using file = Deno.openSync(path, { write: true, createNew: true });
  const encoder = new TextEncoder();
  const sum = { lines: 0, bytes: 0 };
  let text = "";
  const flush = () => {
    let rest = encoder.encode(text);
    sum.bytes += rest.length;
    text = "";
    while (rest.length > 0) rest = rest.subarray(file.writeSync(rest));
  };
  for (const line of lines) {
    sum.lines++;
    text += line;
    if (text.length >= BUFFER_BYTES) flush();
  }
  flush();
  return sum;
}

function main(): void {
  const { options, out } = readArgs(Deno.args);
  const sum = { files: 0, lines: 0, bytes: 0 };
  for (const { path, lines, writtenMs } of treeFiles(options)) {
    const file = join(out, path);
    const size = writeLines(file, lines);
    const written = new Date(writtenMs());
    Deno.utimeSync(file, written, written);
    sum.files++;
    sum.lines += size.lines;
    sum.bytes += size.bytes;
  }
  console.log(JSON.stringify(sum));
}

if (import.meta.main) main();
