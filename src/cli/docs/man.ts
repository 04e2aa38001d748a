/**
 * The manual page, from the tables that the help is made of.
 *
 * @module
 */

import {
  NAMED_COMMANDS,
  type Option,
  OPTIONS,
  optionsOf,
} from "../args/options.ts";

/**
 * The page in the language of `man`.
 *
 * @param version Of the program.
 */
export function manualPage(version: string): string {
  return `.TH TURN\\-COUNTER 1 "" "turn\\-counter ${
    escape(version)
  }" "User Commands"
.SH NAME
turn\\-counter \\- count and track the turns of agent sessions
.SH SYNOPSIS
.B turn\\-counter
[\\fIOPTION\\fR]...
${Object.entries(NAMED_COMMANDS).map(synopsis).join("\n")}
.SH DESCRIPTION
Gives each prompt in a log of agent sessions a global turn id, keeps track of
what became of that turn in one SQLite file, and writes one line of JSON for
each event that concerns one, after it is committed.
.SH OPTIONS
${optionsOf("run").map(describe).join("\n")}
.SH COMMANDS
${Object.entries(NAMED_COMMANDS).map(describeCommand).join("\n")}
.SH EXIT STATUS
.TP
0
at the end of the input, on SIGINT or SIGTERM, or when the reader of stdout goes
away
.TP
1
on a failure, as a full disk, with one sentence that names the file and the
remedy, and at the end of the input where a gzip source was damaged
.TP
2
on a mistake in the command line, before the database is touched
.SH ENVIRONMENT
.TP
TURN_COUNTER_DB
the database, where \\-\\-db does not name one
.TP
NO_COLOR
where it is set, nothing is coloured
.SH EXAMPLES
.TP
Live, going on after a restart where it stopped:
turn\\-counter \\-\\-source sse_lines.jsonl \\-\\-follow \\-\\-db turns.db | your_ingester
.TP
Batch:
turn\\-counter \\-\\-source sse_lines.jsonl \\-\\-db turns.db > turns.jsonl
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

/** The options that not every command has. */
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
