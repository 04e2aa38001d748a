/**
 * The arguments of each command (SPEC section 7).
 *
 * @module
 */

import type { ShowOptions } from "../../browse/show.ts";
import type { TurnsOptions } from "../../browse/turns.ts";
import { UsageError } from "../../error.ts";
import type { ReportOptions } from "../../report/report.ts";
import { MOST_LINE_BYTES } from "../../source/lines.ts";
import { isStdin } from "../../source/source.ts";
import { instantOf } from "../../status/since.ts";
import type { StatusOptions } from "../../status/status.ts";
import type { NamedDatabase, Synchronous } from "../../store/open.ts";
import type { TurnStatus } from "../../turns/turn.ts";
import {
  type CommandName,
  COMMANDS,
  type NamedCommand,
  type Shell,
} from "./commands.ts";
import { type Emit, FORMATS } from "./options.ts";
import {
  type Parsed,
  parseOptions,
  readOperand,
  refuseOperands,
} from "./parse.ts";

/** The arguments of the default command, which counts turns. */
export interface RunArgs extends NamedDatabase {
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
export type StatusArgs = Omit<StatusOptions, "version" | "color">;

/** The arguments of `turns`. */
export type TurnsArgs = Omit<TurnsOptions, "color">;

/** The arguments of `show`. */
export type ShowArgs = Omit<ShowOptions, "color">;

/** The arguments of `forget`. */
export interface ForgetArgs extends NamedDatabase {
  /** The whole id of a session. */
  session: string | null;
  /** Ids of turns; none where others are selected. */
  turns: number[];
  /** Before when turns began, as {@linkcode instantOf} reads it. */
  olderThan: string | null;
  dryRun: boolean;
}

/** A command with its arguments. */
export type Args =
  | { command: "help"; of: NamedCommand | null }
  | { command: "version" }
  | ({ command: "run" } & RunArgs)
  | ({ command: "status" } & StatusArgs)
  | ({ command: "turns" } & TurnsArgs)
  | ({ command: "show" } & ShowArgs)
  | ({ command: "report" } & ReportOptions)
  | ({ command: "forget" } & ForgetArgs)
  | { command: "formats" }
  | { command: "completions"; shell: Shell }
  | { command: "man" };

const DEFAULT_DB = "/tmp/turn_tracker.db";
const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;
const DEFAULT_LIMIT = 20;

/** Validates the options and operands of each command. */
const READERS: Record<CommandName, (parsed: Parsed, env?: string) => Args> = {
  run(parsed, env) {
    const { values, last, isSet } = parsed;
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
      format: last("format") ?? FORMATS[0],
      emit: (last("emit") ?? "turns") as Emit,
      skipReplayed: isSet("skip-replayed"),
      deadLetter: last("dead-letter"),
      maxLineBytes:
        readCount("max-line-bytes", "bytes", MOST_LINE_BYTES, parsed) ??
          DEFAULT_MAX_LINE_BYTES,
      synchronous: (last("synchronous") ?? "full") as Synchronous,
      verbose: isSet("verbose"),
      quiet: isSet("quiet"),
    };
  },
  status(parsed, env) {
    return {
      command: "status",
      ...readDatabase(parsed, env),
      json: parsed.isSet("json"),
      since: readInstant("since", parsed),
      watch: parsed.isSet("watch"),
      prometheus: readPrometheus(parsed),
    };
  },
  turns(parsed, env) {
    const { last } = parsed;
    return {
      command: "turns",
      ...readDatabase(parsed, env),
      session: last("session"),
      status: last("status") as TurnStatus | null,
      agent: last("agent"),
      cwd: last("cwd"),
      since: readInstant("since", parsed),
      limit: readCount("limit", "turns", Number.MAX_SAFE_INTEGER, parsed) ??
        DEFAULT_LIMIT,
      json: parsed.isSet("json"),
    };
  },
  show(parsed, env) {
    const id = readTurnId(readOperand("show", parsed)!);
    const json = parsed.isSet("json");
    return { command: "show", id, ...readDatabase(parsed, env), json };
  },
  report(parsed, env) {
    const since = readInstant("since", parsed);
    return { command: "report", ...readDatabase(parsed, env), since };
  },
  forget(parsed, env) {
    const session = parsed.last("session");
    const turns = parsed.values("turn").map(readTurnId);
    const olderThan = readInstant("older-than", parsed);
    if ((session ?? olderThan) !== null === turns.length > 0) {
      throw new UsageError(
        "forget needs either --turn ID, or --session SID, --older-than WHEN or both",
      );
    }
    const dryRun = parsed.isSet("dry-run");
    return {
      command: "forget",
      ...readDatabase(parsed, env),
      ...{ session, turns, olderThan, dryRun },
    };
  },
  formats: () => ({ command: "formats" }),
  completions(parsed) {
    const shell = readOperand("completions", parsed) as Shell;
    return { command: "completions", shell };
  },
  man: () => ({ command: "man" }),
  help(parsed) {
    const of = readOperand("help", parsed) as NamedCommand | undefined;
    return { command: "help", of: of ?? null };
  },
};

/** The command that a command line names, if it names one. */
export function namedCommand([first]: string[]): NamedCommand | undefined {
  return COMMANDS.find((name): name is NamedCommand =>
    name === first && name !== "run"
  );
}

/**
 * Reads the command line.
 *
 * @param argv The arguments after the program's name.
 * @param env The environment variable `TURN_COUNTER_DB`, if it is set.
 * @throws {UsageError} If an option, a value or an argument is not valid.
 */
export function readArgs(argv: string[], env?: string): Args {
  const named = namedCommand(argv);
  const command = named ?? "run";
  const parsed = parseOptions(command, named ? argv.slice(1) : argv);
  if (parsed.isSet("help")) return { command: "help", of: named ?? null };
  if (parsed.isSet("version")) return { command: "version" };
  refuseOperands(command, parsed);
  return READERS[command](parsed, env);
}

function readDatabase({ last }: Parsed, env?: string): NamedDatabase {
  const db = last("db") ?? (env || null);
  return { db: db ?? DEFAULT_DB, isDefaultDb: db === null };
}

function readInstant(name: string, { last }: Parsed): string | null {
  const since = last(name);
  if (since !== null && instantOf(since, Date.now()) === null) {
    throw new UsageError(
      `option "--${name}" cannot be "${since}"; give a date such as 2025-11-18, today, or a number of days such as 7d`,
    );
  }
  return since;
}

/** @throws {UsageError} If an option is given that metrics do not have. */
function readPrometheus({ isSet, last }: Parsed): boolean {
  const other = isSet("json")
    ? "json"
    : isSet("watch")
    ? "watch"
    : last("since") !== null
    ? "since"
    : null;
  if (!isSet("prometheus") || other === null) return isSet("prometheus");
  throw new UsageError(
    `option "--prometheus" is of all turns, once; leave out --${other}`,
  );
}

/** @throws {UsageError} If it is no id that a turn can have. */
function readTurnId(text: string): number {
  const id = numberOf(text);
  if (id >= 1 && id <= Number.MAX_SAFE_INTEGER) return id;
  throw new UsageError(
    `a turn's id cannot be "${text}"; give a number, as turn-counter turns shows them`,
  );
}

/** @throws {UsageError} If it is no number from 1 to `most`. */
function readCount(
  name: string,
  unit: string,
  most: number,
  { last }: Parsed,
): number | null {
  const value = last(name);
  if (value === null) return null;
  const count = numberOf(value);
  if (count >= 1 && count <= most) return count;
  throw new UsageError(
    `option "--${name}" cannot be "${value}"; give a number of ${unit} from 1 to ${most}`,
  );
}

function numberOf(text: string): number {
  return /^\d+$/.test(text) ? +text : NaN;
}
