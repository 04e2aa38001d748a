/**
 * The manual page, made from the same tables as the help.
 *
 * @module
 */

import {
  type Command,
  type Example,
  NAMED_COMMANDS,
} from "../args/commands.ts";
import {
  DESCRIPTION,
  EXAMPLES,
  EXIT_CODES,
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

type Named = [name: string, command: Command];

function synopsis([name, { operand }]: Named): string {
  const own = ownOptions(name).length > 0 ? "\n[\\fIOPTION\\fR]..." : "";
  return `.br\n.B turn\\-counter ${name}${operandOf(operand, "\n")}${own}`;
}

function describeCommand(
  [name, { description, operand, examples = [] }]: Named,
): string {
  const [first, ...others] = description.map(escape);
  const details = [
    ...others.map((paragraph) => `.PP\n${paragraph}`),
    ...ownOptions(name).map(describe),
    ...examples.map(describeExample),
  ];
  const indented = details.length > 0
    ? `\n.RS\n${details.join("\n")}\n.RE`
    : "";
  return `.TP
\\fB${name}\\fR${operandOf(operand, " ")}
${first}${indented}`;
}

function operandOf(operand: Command["operand"], gap: string): string {
  if (operand === undefined) return "";
  const { name, isOptional } = operand;
  return `${gap}${isOptional ? `[\\fI${name}\\fR]` : `\\fI${name}\\fR`}`;
}

function describeExitCode([code, meaning]: typeof EXIT_CODES[number]): string {
  return `.TP\n${code}\n${escape(meaning)}`;
}

function describeExample({ title, command }: Example): string {
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
