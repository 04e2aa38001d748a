/**
 * The table of commands (SPEC section 7).
 *
 * @module
 */

/** The shells for which the program prints completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of {@linkcode SHELLS}. */
export type Shell = typeof SHELLS[number];

/** The commands; `run` is the default and has no name on the command line. */
export const COMMANDS = [
  "run",
  "status",
  "turns",
  "show",
  "report",
  "forget",
  "formats",
  "completions",
  "man",
  "help",
] as const;
/** One of {@linkcode COMMANDS}. */
export type CommandName = typeof COMMANDS[number];
/** A command that has a name on the command line. */
export type NamedCommand = Exclude<CommandName, "run">;

/** The argument that follows a command's name. */
export interface Operand {
  /** Its name in the help. */
  name: string;
  /** The only values that it accepts. */
  choices?: readonly string[];
  /** Whether it may be left out. */
  isOptional?: boolean;
}

/** An example of use. */
export interface Example {
  title: string;
  command: string;
}

/** A command, as the help shows it. */
export interface Command {
  /** What it does, in a few words. */
  summary: string;
  /** What `turn-counter help COMMAND` says of it, a paragraph each. */
  description: readonly string[];
  operand?: Operand;
  /** The most common use first. */
  examples?: readonly Example[];
}

/** The commands that have names on the command line, in the order of the help. */
export const NAMED_COMMANDS: Record<NamedCommand, Command> = {
  status: {
    summary: "show what the database holds",
    description: [
      "Shows how many turns a database holds, by status, outcome, agent, working directory and day, how long they took, the last ones, and how far the followed files have been read. Reads beside a program that writes the database, and changes nothing.",
      "A terminal gets colours and lines as wide as it is. With --json it is one line of JSON.",
      "With --prometheus it is metrics: turns by agent, status and outcome, a histogram of their durations, sessions, and the lag of followed logs and directories. A timer may write them for node_exporter's textfile collector.",
    ],
    examples: [
      {
        title: "Today's turns, updated every second",
        command: "turn-counter status --since today --watch --db turns.db",
      },
      {
        title: "Metrics, of which a monitor never reads half",
        command:
          "turn-counter status --prometheus --db turns.db > turns.tmp && mv turns.tmp turns.prom",
      },
    ],
  },
  turns: {
    summary: "list the last turns, or those of a session, agent or directory",
    description: [
      "Lists turns, those that were minted last first. Options that narrow the list can be combined. Reads beside a program that writes the database, and changes nothing.",
      "Without --session or --since, --agent and --cwd search the last 100,000 turns only, since no index has them; a message says so where that may have left out some.",
      "With --json each turn is one line, the record that the program emits for it.",
    ],
    examples: [
      {
        title: "What went wrong here since Monday",
        command:
          "turn-counter turns --cwd . --status orphaned --since 2025-11-17 --db turns.db",
      },
      {
        title: "All turns of one session as records",
        command:
          "turn-counter turns --session c9c78 --limit 1000000 --json --db turns.db",
      },
    ],
  },
  show: {
    summary: "show one whole turn",
    description: [
      "Shows all that the database holds of one turn, with its prompt and its answer. Reads beside a program that writes the database, and changes nothing.",
      "With --json it is the record that the program emits for the turn.",
    ],
    operand: { name: "ID" },
    examples: [
      { title: "Turn 512", command: "turn-counter show 512 --db turns.db" },
    ],
  },
  report: {
    summary: "write a page with charts for a browser",
    description: [
      "Writes one HTML page: turns a day by outcome and by agent, the last sessions, how long turns took, the longest turns and those that were not completed with the first words of their prompts, and working directories. Reads beside a program that writes the database, and changes nothing.",
      "The page needs no network and has no script; it is light or dark as the browser is, and can be printed. It is about the last million turns, or all since --since. It shows parts of prompts: think of that before you pass it on.",
    ],
    examples: [
      {
        title: "The last 30 days",
        command: "turn-counter report --since 30d --db turns.db > report.html",
      },
    ],
  },
  forget: {
    summary: "erase the texts of turns for good",
    description: [
      "Erases prompts, answers, working directories and the reasons of outcomes from the files of the database, also of turns that are still running. Ids, times, statuses and all counters stay, and reading the old log again does not bring the texts back. A program that follows the log may run meanwhile; it waits while the file is written anew, and needs up to three times the room then.",
      "It does not ask: see with --dry-run what it would do. --session and --older-than can be combined. Logs, rejected lines in a dead letter, records that were written to other programs, and backups are not touched. Hashes stay, by which known events are recognised.",
    ],
    examples: [
      {
        title: "How many turns are older than 90 days",
        command: "turn-counter forget --older-than 90d --dry-run --db turns.db",
      },
      {
        title: "Two turns",
        command: "turn-counter forget --turn 7 --turn 9 --db turns.db",
      },
    ],
  },
  formats: {
    summary: "list the formats of logs, and where each agent keeps them",
    description: [
      "Lists the formats that --format names, the places where each agent keeps its logs, and the environment variable that moves them.",
    ],
  },
  completions: {
    summary: "print a script that makes a shell complete the options",
    description: [
      "Prints a script for a shell, so that it completes commands, options and their values.",
    ],
    operand: { name: "SHELL", choices: SHELLS },
    examples: [
      {
        title: "In ~/.bashrc",
        command: 'eval "$(turn-counter completions bash)"',
      },
      {
        title: "In ~/.zshrc, after compinit",
        command: "source <(turn-counter completions zsh)",
      },
      {
        title: "For fish",
        command:
          "turn-counter completions fish > ~/.config/fish/completions/turn-counter.fish",
      },
    ],
  },
  man: {
    summary: "print the manual page",
    description: ["Prints the manual page in the markup of man."],
    examples: [
      {
        title: "Install it",
        command: "turn-counter man > ~/.local/share/man/man1/turn-counter.1",
      },
    ],
  },
  help: {
    summary: "show this help, or that of a command with its options",
    description: [
      "Shows what the program does and its options, or those of one command.",
    ],
    operand: {
      name: "COMMAND",
      choices: COMMANDS.filter((name) => name !== "run"),
      isOptional: true,
    },
  },
};
