/**
 * What `--help` prints.
 *
 * @module
 */

import { type Option, OPTIONS } from "./options.ts";

/** Where the second column begins; wider than the widest option. */
const COLUMN = 30;

/** The text of `--help`. */
export const HELP = `\
turn-counter gives each prompt in a log of agent sessions a global turn id,
keeps track of what became of that turn, and writes one line of JSON for each
event that concerns one.

Live:
  tail -F sse_lines.jsonl | turn-counter | your_ingester

Batch:
  turn-counter --source sse_lines.jsonl --db turns.db

Options:
${OPTIONS.map(describe).join("\n")}

Exit codes: 0 at the end of the input, on SIGINT or SIGTERM, or when the reader
of stdout goes away; 1 on a failure; 2 on a mistake in the command line.
`;

function describe({ name, short, value, help }: Option): string {
  const forms = `${short ? `-${short}, ` : "    "}--${name}`;
  const left = `  ${forms}${value ? ` ${value}` : ""}`;
  const right = help.replaceAll("\n", `\n${" ".repeat(COLUMN)}`);
  return left.padEnd(COLUMN) + right;
}
