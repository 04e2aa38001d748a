/**
 * The manual page, made from the same tables as the help.
 *
 * @module
 */

import {
  DESCRIPTION,
  EXAMPLES,
  EXIT_CODES,
  NAMED_COMMANDS,
  type Option,
  OPTIONS,
  optionsOf,
} from "../args/options.ts";
import {
  BEFORE_EXAMPLES,
  BEFORE_EXIT,
  EXIT_NOTES,
  type Part,
  type Section,
} from "./manual.ts";

/**
 * The manual page in the markup of `man`.
 *
 * @param version The version of the program.
 */
export function manualPage(version: string): string {
  return `.TH TURN\\-COUNTER 1 "" "turn\\-counter ${
    escape(version)
  }" "User Commands"
.nh
.SH NAME
turn\\-counter \\- count and track the turns of agent sessions
.SH SYNOPSIS
.B turn\\-counter
[\\fIOPTION\\fR]...
${Object.entries(NAMED_COMMANDS).map(synopsis).join("\n")}
.SH DESCRIPTION
${escape(DESCRIPTION)}
.SH OPTIONS
${optionsOf("run").map(describe).join("\n")}
.SH COMMANDS
${Object.entries(NAMED_COMMANDS).map(describeCommand).join("\n")}
${BEFORE_EXIT.map(section).join("\n")}
.SH EXIT STATUS
${EXIT_CODES.map(describeExitCode).join("\n")}
${EXIT_NOTES.map(part).join("\n")}
.SH ENVIRONMENT
.TP
TURN_COUNTER_DB
the database, if \\-\\-db is not given
.TP
NO_COLOR
disables colours
${BEFORE_EXAMPLES.map(section).join("\n")}
.SH EXAMPLES
${EXAMPLES.map(describeExample).join("\n")}
`;
}

type Named = [string, typeof NAMED_COMMANDS[keyof typeof NAMED_COMMANDS]];

function synopsis([name, { operands }]: Named): string {
  const operand = operands ? `\n\\fI${operands.name}\\fR` : "";
  const own = ownOptions(name).length > 0 ? "\n[\\fIOPTION\\fR]..." : "";
  return `.br\n.B turn\\-counter ${name}${operand}${own}`;
}

function describeCommand([name, { summary, operands }]: Named): string {
  const operand = operands ? ` \\fI${operands.name}\\fR` : "";
  const options = ownOptions(name).map(describe).join("\n");
  return `.TP
\\fB${name}\\fR${operand}
${escape(summary)}${options ? `\n.RS\n${options}\n.RE` : ""}`;
}

function describeExitCode([code, meaning]: typeof EXIT_CODES[number]): string {
  return `.TP\n${code}\n${escape(meaning)}`;
}

function describeExample({ title, command }: typeof EXAMPLES[number]): string {
  return `.TP\n${escape(title)}:\n${escape(command)}`;
}

function section({ title, parts }: Section): string {
  return `.SH ${title}\n${parts.map(part).join("\n")}`;
}

function part(part: Part): string {
  if (typeof part === "string") return `.PP\n${escape(part)}`;
  if ("lines" in part) return `.PP\n.nf\n${escape(part.lines)}\n.fi`;
  return `.TP\n\\fB${escape(part.term)}\\fR\n${escape(part.meaning)}`;
}

/** The options of a command that not all commands have. */
function ownOptions(command: string): readonly Option[] {
  return OPTIONS.filter(({ commands }) =>
    commands?.some((name) => name === command) && !commands.includes("man")
  );
}

function describe({ name, short, value, help }: Option): string {
  const forms = [...(short ? [`-${short}`] : []), `--${name}`]
    .map((form) => `\\fB${escape(form)}\\fR`).join(", ");
  return `.TP
${forms}${value ? ` \\fI${value}\\fR` : ""}
${escape(help)}`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}
