/**
 * The tables of commands and options, from which the parser, the help, the man
 * page and the completions are made (SPEC section 7).
 *
 * @module
 */

import { SYNCHRONOUS } from "../../store/options.ts";

/** What stdout can get: the records of turns, or the log's own events. */
export const EMITS = ["turns", "events"] as const;
/** One of {@linkcode EMITS}. */
export type Emit = typeof EMITS[number];

/** The shells that there are completions for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of {@linkcode SHELLS}. */
export type Shell = typeof SHELLS[number];

/** What the program can be asked to do; without a name it counts turns. */
export const COMMANDS = ["run", "status", "completions", "man"] as const;
/** One of {@linkcode COMMANDS}. */
export type CommandName = typeof COMMANDS[number];

/** One command, as its help shows it. */
export interface Command {
  /** What it does, in a few words. */
  summary: string;
  /** What can stand behind its name. */
  operands?: { name: string; choices: readonly string[] };
}

/** The commands that have names on the command line. */
export const NAMED_COMMANDS: Record<Exclude<CommandName, "run">, Command> = {
  status: { summary: "show what the database holds" },
  completions: {
    summary: "print what makes a shell complete this program's options",
    operands: { name: "SHELL", choices: SHELLS },
  },
  man: { summary: "print the manual page" },
};

/** What kind of word an option's value is, for completions. */
export type ValueKind = "file" | "number";

/** One option of the command line. */
export interface Option {
  /** Its name without the dashes. */
  name: string;
  /** The commands that have it; without any it is counting's alone. */
  commands?: readonly CommandName[];
  /** Its one-letter form. */
  short?: string;
  /** How its value is called in the help; an option without one is a switch. */
  value?: string;
  /** What the value is, where it is not one of a few. */
  kind?: ValueKind;
  /** The values it can have, where they are few. */
  choices?: readonly string[];
  /** Whether it may be given more than once. */
  many?: boolean;
  /** What it does, for the help; in one line however long. */
  help: string;
}

/** All options, in the order of the help. */
export const OPTIONS: readonly Option[] = [
  {
    name: "source",
    value: "FILE",
    kind: "file",
    many: true,
    help:
      "read FILE, gzip or not, to its end, then exit; may be given more than once; - is stdin, the default",
  },
  {
    name: "follow",
    help:
      "keep reading the one FILE as it grows, across rotation; resume where the last run stopped",
  },
  {
    name: "db",
    commands: ["run", "status"],
    value: "PATH",
    kind: "file",
    help:
      "the database; default: $TURN_COUNTER_DB, or else /tmp/turn_tracker.db",
  },
  {
    name: "emit",
    value: "WHAT",
    choices: EMITS,
    help:
      "write the records of turns (the default), or all events with their turn added",
  },
  {
    name: "skip-replayed",
    help: "no records for events that changed nothing",
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
    name: "json",
    commands: ["status"],
    help: "write one JSON object, for scripts",
  },
  {
    name: "watch",
    commands: ["status"],
    help: "show it anew every second, until stopped",
  },
  {
    name: "verbose",
    short: "v",
    help: "one line on stderr for each turn event, and the sum at the end",
  },
  { name: "quiet", help: "stderr only for errors" },
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

/** The options that a command has. */
export function optionsOf(command: CommandName): readonly Option[] {
  return OPTIONS.filter(({ commands = ["run"] }) => commands.includes(command));
}
