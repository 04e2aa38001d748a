/**
 * The tables of options, examples and exit codes. The parser, the help, the
 * manual page and the completions are made from them and from that of commands
 * (SPEC section 7).
 *
 * @module
 */

import { DIALECTS } from "../../dialect/dialects.ts";
import { SYNCHRONOUS } from "../../store/options.ts";
import { TURN_STATUSES } from "../../turns/turn.ts";
import { type CommandName, COMMANDS, type Example } from "./commands.ts";

/** What the program writes to stdout: the records of turns, or the log's events. */
export const EMITS = ["turns", "events"] as const;
/** One of {@linkcode EMITS}. */
export type Emit = typeof EMITS[number];

/** The values of `--format`: each file is recognised by itself, or one dialect for all. */
export const FORMATS = ["auto", ...DIALECTS.map(({ name }) => name)];

/** The kind of an option's value, for completions. */
export type ValueKind = "file" | "number";

/** One option of the command line. */
export interface Option {
  /** Its name without the dashes. */
  name: string;
  /** The commands that have it. @default {["run"]} */
  commands?: readonly CommandName[];
  /** Its one-letter form. */
  short?: string;
  /** The name of its value in the help; an option without a value is a switch. */
  value?: string;
  /** The kind of its value, if it has no {@linkcode choices}. */
  kind?: ValueKind;
  /** The only values that it accepts. */
  choices?: readonly string[];
  /** Whether it may be given more than once. */
  many?: boolean;
  /** What it does, for the help; one line of any length. */
  help: string;
}

/** The commands that show turns of the database. */
const READERS: readonly CommandName[] = ["status", "turns", "show", "report"];

/**
 * All options, in the order of the help. Where one name has several meanings, it
 * is here once for each, with different commands.
 */
export const OPTIONS: readonly Option[] = [
  {
    name: "source",
    value: "PATH",
    kind: "file",
    many: true,
    help:
      "read PATH to its end, then exit: a log, plain, gzip or zstd, or a directory, for the session files below it; any number may be given; - is stdin, the default",
  },
  {
    name: "follow",
    help:
      "keep reading all sources, logs and directories, as they grow, across rotation; resume where the last run stopped",
  },
  {
    name: "format",
    value: "NAME",
    choices: FORMATS,
    help: `the format of all sources: ${
      FORMATS.slice(1).join(", ")
    }; default: auto, each file is recognised by its first lines`,
  },
  {
    name: "db",
    commands: ["run", ...READERS, "forget"],
    value: "PATH|URL",
    kind: "file",
    help:
      "the database: an SQLite file, or a postgres:// URL; default: $TURN_COUNTER_DB, else /tmp/turn_tracker.db",
  },
  {
    name: "emit",
    value: "WHAT",
    choices: EMITS,
    help:
      "write the records of turns (the default), or all events, each with its turn added",
  },
  {
    name: "skip-replayed",
    help: "write no records for events that changed nothing",
  },
  {
    name: "dead-letter",
    value: "FILE",
    kind: "file",
    help: "append rejected lines to FILE",
  },
  {
    name: "max-line-bytes",
    value: "N",
    kind: "number",
    help:
      "reject a candidate line longer than N bytes; default: 67108864 (64 MiB)",
  },
  {
    name: "synchronous",
    value: "MODE",
    choices: SYNCHRONOUS,
    help: "durability of each commit: full (the default), normal or off",
  },
  {
    name: "session",
    commands: ["turns"],
    value: "SID",
    help:
      "list only turns of this session: its id, or how that begins or ends, where no other does",
  },
  {
    name: "status",
    commands: ["turns"],
    value: "STATUS",
    choices: TURN_STATUSES,
    help:
      "list only turns of this status: waiting_response, completed or orphaned",
  },
  {
    name: "agent",
    commands: ["turns"],
    value: "NAME",
    help: "list only turns of this agent, such as codex or claude",
  },
  {
    name: "cwd",
    commands: ["turns"],
    value: "DIR",
    kind: "file",
    help: "list only turns in this working directory, or below it",
  },
  {
    name: "since",
    commands: ["status", "turns", "report"],
    value: "WHEN",
    help:
      "show only turns that began since WHEN: a date such as 2025-11-18, today, or 7d for the last 7 days",
  },
  {
    name: "limit",
    commands: ["turns"],
    value: "N",
    kind: "number",
    help: "list at most N turns; default: 20",
  },
  {
    name: "session",
    commands: ["forget"],
    value: "SID",
    help: "forget the turns of this session: its whole id, which show prints",
  },
  {
    name: "turn",
    commands: ["forget"],
    value: "ID",
    kind: "number",
    many: true,
    help: "forget this turn; may be given more than once",
  },
  {
    name: "older-than",
    commands: ["forget"],
    value: "WHEN",
    help:
      "forget the turns that began before WHEN: 90d for 90 days ago, a date such as 2025-11-18, or today",
  },
  {
    name: "dry-run",
    commands: ["forget"],
    help: "print how many turns it would forget, and change nothing",
  },
  {
    name: "json",
    commands: ["status"],
    help: "write one JSON object, for scripts",
  },
  {
    name: "json",
    commands: ["turns", "show"],
    help: "write the records of turns, one line of JSON each",
  },
  {
    name: "prometheus",
    commands: ["status"],
    help:
      "write metrics of all turns in the text format of Prometheus, once, for a textfile collector",
  },
  {
    name: "watch",
    commands: ["status"],
    help: "update the display every second, until stopped",
  },
  {
    name: "verbose",
    short: "v",
    help:
      "print one line on stderr for each turn event, and a summary at the end",
  },
  { name: "quiet", help: "print nothing but errors on stderr" },
  {
    name: "help",
    commands: COMMANDS,
    short: "h",
    help: "show this help",
  },
  {
    name: "version",
    commands: COMMANDS,
    short: "V",
    help: "show the version",
  },
];

/** The examples of the help and the manual page, the most common use first. */
export const EXAMPLES: readonly Example[] = [
  {
    title: "Live",
    command:
      "tail -F sse_lines.jsonl | turn-counter --db turns.db | your_ingester",
  },
  {
    title: "Batch",
    command:
      "turn-counter --source sse_lines.jsonl --db turns.db > turns.jsonl",
  },
  {
    title: "Follow logs and directories, and resume after a restart",
    command:
      "turn-counter --source ~/.codex/sessions --follow --db turns.db >>turns.jsonl",
  },
];

/** What the program does, in full sentences. */
export const DESCRIPTION =
  "Gives each prompt in a log of agent sessions a global turn id, tracks the status of that turn in a database (SQLite or PostgreSQL), and writes one line of JSON for each event of a turn after it is committed. Without --source it reads stdin.";

/** What each exit code means (SPEC section 8). */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] =
  [
    [
      0,
      "at the end of the input, on SIGINT or SIGTERM, or when stdout is closed",
    ],
    [
      1,
      "on a failure, such as a full disk, or if a compressed source was damaged",
    ],
    [
      1,
      "at the end of the input, if no line of a source that is not empty was known",
    ],
    [
      2,
      "on a mistake in the command line; the database is untouched",
    ],
  ];

/** The options of a command. */
export function optionsOf(command: CommandName): readonly Option[] {
  return OPTIONS.filter(({ commands = ["run"] }) => commands.includes(command));
}
