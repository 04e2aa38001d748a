/**
 * What `--help` prints.
 *
 * @module
 */

import {
  type Command,
  type CommandName,
  NAMED_COMMANDS,
  type Option,
  OPTIONS,
  optionsOf,
} from "../args/options.ts";

/** Where the second column begins; wider than the widest option. */
const COLUMN = 30;
/** How wide the help is. */
const WIDTH = 80;

/** The text of `--help`. */
export const HELP = `\
Live, going on after a restart where it stopped:
  turn-counter --source sse_lines.jsonl --follow --db turns.db | your_ingester

Batch:
  turn-counter --source sse_lines.jsonl --db turns.db > turns.jsonl

turn-counter gives each prompt in a log of agent sessions a global turn id,
keeps track of what became of that turn, and writes one line of JSON for each
event that concerns one. Without --source it reads stdin.

Options:
${describeOptions("run")}

Commands:
${Object.entries(NAMED_COMMANDS).map(describeCommand).join("\n")}

Exit codes: 0 at the end of the input, on SIGINT or SIGTERM, or when the reader
of stdout goes away; 1 on a failure, or where a gzip source was damaged; 2 on a
mistake in the command line.
`;

function describeCommand([name, command]: [string, Command]): string {
  const { summary, operands } = command;
  const own = optionsOf(name as CommandName).filter(({ commands }) =>
    commands?.length === 1
  );
  return [
    twoColumns(`  ${name}${operands ? ` ${operands.name}` : ""}`, summary),
    ...own.map(describe),
  ].join("\n");
}

function describeOptions(command: CommandName): string {
  const options = optionsOf(command);
  return OPTIONS.filter((option) => options.includes(option))
    .map(describe).join("\n");
}

function describe({ name, short, value, help }: Option): string {
  const forms = `${short ? `-${short}, ` : "    "}--${name}`;
  return twoColumns(`  ${forms}${value ? ` ${value}` : ""}`, help);
}

function twoColumns(left: string, right: string): string {
  const lines = wrap(right, WIDTH - COLUMN);
  return left.padEnd(COLUMN) + lines.join(`\n${" ".repeat(COLUMN)}`);
}

/** Breaks a text into lines between words. */
export function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
