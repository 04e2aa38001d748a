/**
 * The text that `--help` prints, made from the tables of options and commands.
 *
 * @module
 */

import {
  type Command,
  type CommandName,
  DESCRIPTION,
  EXAMPLES,
  EXIT_CODES,
  NAMED_COMMANDS,
  type Option,
  optionsOf,
} from "../args/options.ts";

/** The column of the descriptions; it exceeds the longest option. */
const COLUMN = 30;
/** The width of the help, in characters. */
const WIDTH = 80;

/** The text of `--help`. */
export const HELP = `\
Usage: turn-counter [OPTION]...
       turn-counter COMMAND [OPTION]...

${wrap(DESCRIPTION, WIDTH).join("\n")}

Examples:
${
  EXAMPLES.map(({ title, command }) => `  ${title}:\n    ${command}`).join("\n")
}

Options:
${optionsOf("run").map(describe).join("\n")}

Commands:
${Object.entries(NAMED_COMMANDS).map(describeCommand).join("\n")}

Exit codes:
${EXIT_CODES.map(describeExitCode).join("\n")}
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

function describeExitCode([code, meaning]: typeof EXIT_CODES[number]): string {
  return `  ${code}  ${meaning}`;
}

function describe({ name, short, value, help }: Option): string {
  const forms = `${short ? `-${short}, ` : "    "}--${name}`;
  return twoColumns(`  ${forms}${value ? ` ${value}` : ""}`, help);
}

function twoColumns(left: string, right: string): string {
  const lines = wrap(right, WIDTH - COLUMN);
  return left.padEnd(COLUMN) + lines.join(`\n${" ".repeat(COLUMN)}`);
}

/** Wraps a text at spaces. */
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
