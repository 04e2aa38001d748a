/**
 * The arguments of each command (SPEC section 7).
 *
 * @module
 */

import { UsageError } from "../../error.ts";
import { MOST_LINE_BYTES } from "../../source/lines.ts";
import { isStdin } from "../../source/source.ts";
import { instantOf } from "../../status/since.ts";
import type { Synchronous } from "../../store/open.ts";
import {
  type CommandName,
  COMMANDS,
  type Emit,
  FORMATS,
  NAMED_COMMANDS,
  type Shell,
} from "./options.ts";
import {
  joinChoices,
  type Parsed,
  parseOptions,
  refuseOperands,
} from "./parse.ts";

/** The arguments that select the database. */
export interface DatabaseArgs {
  /** The database: the path of a file, or an address that libpq takes. */
  db: string;
  /** Whether it is the default path: neither option nor environment named one. */
  isDefaultDb: boolean;
}

/** The arguments of the default command, which counts turns. */
export interface RunArgs extends DatabaseArgs {
  /** Paths of the sources; `-` is standard input. */
  sources: string[];
  /** Whether to follow the one source as it grows. */
  follow: boolean;
  /** The dialect of all sources, or `auto`. */
  format: string;
  emit: Emit;
  skipReplayed: boolean;
  /** Path of the file for rejected lines. */
  deadLetter: string | null;
  /** In bytes. */
  maxLineBytes: number;
  synchronous: Synchronous;
  verbose: boolean;
  quiet: boolean;
}

/** The arguments of `status`. */
export interface StatusArgs extends DatabaseArgs {
  json: boolean;
  /** Since when turns began that are shown: `2025-11-18`, `today` or `7d`. */
  since: string | null;
  watch: boolean;
}

/** A command with its arguments. */
export type Args =
  | { command: "help" }
  | { command: "version" }
  | ({ command: "run" } & RunArgs)
  | ({ command: "status" } & StatusArgs)
  | { command: "formats" }
  | { command: "completions"; shell: Shell }
  | { command: "man" };

const DEFAULT_DB = "/tmp/turn_tracker.db";
const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Validates the options and operands of each command. */
const READERS: Record<CommandName, (parsed: Parsed, env?: string) => Args> = {
  run(parsed, env) {
    refuseOperands(parsed);
    const { values, isSet } = parsed;
    const sources = values("source");
    const follow = isSet("follow");
    if (follow && (sources.length === 0 || sources.some(isStdin))) {
      throw new UsageError(
        `option "--follow" needs logs or directories: --source PATH --follow`,
      );
    }
    return {
      command: "run",
      ...readDatabase(parsed, env),
      sources: sources.length > 0 ? sources : ["-"],
      follow,
      format: values("format").at(-1) ?? FORMATS[0],
      emit: (values("emit").at(-1) ?? "turns") as Emit,
      skipReplayed: isSet("skip-replayed"),
      deadLetter: values("dead-letter").at(-1) ?? null,
      maxLineBytes: readCount("max-line-bytes", values) ??
        DEFAULT_MAX_LINE_BYTES,
      synchronous: (values("synchronous").at(-1) ?? "full") as Synchronous,
      verbose: isSet("verbose"),
      quiet: isSet("quiet"),
    };
  },
  status(parsed, env) {
    refuseOperands(parsed);
    return {
      command: "status",
      ...readDatabase(parsed, env),
      json: parsed.isSet("json"),
      since: readSince(parsed),
      watch: parsed.isSet("watch"),
    };
  },
  formats(parsed) {
    refuseOperands(parsed);
    return { command: "formats" };
  },
  completions({ operands }) {
    const { name, choices } = NAMED_COMMANDS.completions.operands!;
    const [shell] = operands;
    if (operands.length !== 1 || !choices.includes(shell)) {
      throw new UsageError(
        `completions needs a ${name}: ${joinChoices(choices)}`,
      );
    }
    return { command: "completions", shell: shell as Shell };
  },
  man(parsed) {
    refuseOperands(parsed);
    return { command: "man" };
  },
};

/**
 * Reads the command line.
 *
 * @param argv The arguments after the program's name.
 * @param env The environment variable `TURN_COUNTER_DB`, if it is set.
 * @throws {UsageError} If an option, a value or an argument is not valid.
 */
export function readArgs(argv: string[], env?: string): Args {
  const named = COMMANDS.find((name) => name === argv[0] && name !== "run");
  const command = named ?? "run";
  const parsed = parseOptions(command, named ? argv.slice(1) : argv);
  if (parsed.isSet("help")) return { command: "help" };
  if (parsed.isSet("version")) return { command: "version" };
  return READERS[command](parsed, env);
}

function readDatabase({ values }: Parsed, env?: string): DatabaseArgs {
  const db = values("db").at(-1) ?? (env || undefined);
  return { db: db ?? DEFAULT_DB, isDefaultDb: db === undefined };
}

function readSince({ values }: Parsed): string | null {
  const since = values("since").at(-1) ?? null;
  if (since !== null && instantOf(since, Date.now()) === null) {
    throw new UsageError(
      `option "--since" cannot be "${since}"; give a date such as 2025-11-18, today, or a number of days such as 7d`,
    );
  }
  return since;
}

function readCount(
  name: string,
  values: Parsed["values"],
): number | undefined {
  const value = values(name).at(-1);
  if (value === undefined) return undefined;
  const count = /^\d+$/.test(value) ? +value : NaN;
  if (!(count >= 1 && count <= MOST_LINE_BYTES)) {
    throw new UsageError(
      `option "--${name}" cannot be "${value}"; give a number of bytes from 1 to ${MOST_LINE_BYTES}`,
    );
  }
  return count;
}
