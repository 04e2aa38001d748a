/**
 * The texts that `--help` and `help COMMAND` print, made from the tables of
 * options and commands.
 *
 * @module
 */

import {
  type Command,
  type Example,
  NAMED_COMMANDS,
  type NamedCommand,
  type Operand,
} from "../args/commands.ts";
import {
  DESCRIPTION,
  EXAMPLES,
  EXIT_CODES,
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
${EXAMPLES.map(describeExample).join("\n")}

Options:
${optionsOf("run").map(describe).join("\n")}

Commands:
${Object.entries(NAMED_COMMANDS).map(describeCommand).join("\n")}

Exit codes:
${EXIT_CODES.map(describeExitCode).join("\n")}
`;

/** The text of `help COMMAND`. */
export function helpOf(name: NamedCommand): string {
  const { operand, description, examples = [] } = NAMED_COMMANDS[name];
  const sections = [
    [`Usage: turn-counter ${name}${operandOf(operand)} [OPTION]...`],
    ...description.map((paragraph) => wrap(paragraph, WIDTH)),
    ...(examples.length > 0
      ? [["Examples:", ...examples.map(describeExample)]]
      : []),
    ["Options:", ...optionsOf(name).map(describe)],
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function describeCommand([name, command]: [string, Command]): string {
  const { summary, operand } = command;
  return twoColumns(`  ${name}${operandOf(operand)}`, summary);
}

function operandOf(operand: Operand | undefined): string {
  if (operand === undefined) return "";
  const { name, isOptional } = operand;
  return isOptional ? ` [${name}]` : ` ${name}`;
}

function describeExample({ title, command }: Example): string {
  return `  ${title}:\n    ${command}`;
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
function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
