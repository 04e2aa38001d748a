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
      maxLineBytes: readCount("max-line-bytes", values, {
        ...{ what: "a number of bytes", most: MOST_LINE_BYTES },
      }) ?? DEFAULT_MAX_LINE_BYTES,
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
      since: readInstant("since", parsed),
      watch: parsed.isSet("watch"),
      prometheus: readPrometheus(parsed),
    };
  },
  turns(parsed, env) {
    refuseOperands(parsed);
    const { values } = parsed;
    const last = (name: string) => values(name).at(-1) ?? null;
    return {
      command: "turns",
      ...readDatabase(parsed, env),
      session: last("session"),
      status: last("status") as TurnStatus | null,
      agent: last("agent"),
      cwd: last("cwd"),
      since: readInstant("since", parsed),
      limit: readCount("limit", values, {
        ...{ what: "a number of turns", most: Number.MAX_SAFE_INTEGER },
      }) ?? DEFAULT_LIMIT,
      json: parsed.isSet("json"),
    };
  },
  show(parsed, env) {
    const id = readTurnId(readOperand("show", parsed)!);
    const json = parsed.isSet("json");
    return { command: "show", id, ...readDatabase(parsed, env), json };
  },
  report(parsed, env) {
    refuseOperands(parsed);
    const since = readInstant("since", parsed);
    return { command: "report", ...readDatabase(parsed, env), since };
  },
  forget(parsed, env) {
    refuseOperands(parsed);
    const { values } = parsed;
    const session = values("session").at(-1) ?? null;
    const turns = values("turn").map(readTurnId);
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
  formats(parsed) {
    refuseOperands(parsed);
    return { command: "formats" };
  },
  completions(parsed) {
    const shell = readOperand("completions", parsed) as Shell;
    return { command: "completions", shell };
  },
  man(parsed) {
    refuseOperands(parsed);
    return { command: "man" };
  },
  help(parsed) {
    const of = readOperand("help", parsed) as NamedCommand | undefined;
    return { command: "help", of: of ?? null };
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
  const named = COMMANDS.find((name): name is NamedCommand =>
    name === argv[0] && name !== "run"
  );
  const command = named ?? "run";
  const parsed = parseOptions(command, named ? argv.slice(1) : argv);
  if (parsed.isSet("help")) return { command: "help", of: named ?? null };
  if (parsed.isSet("version")) return { command: "version" };
  return READERS[command](parsed, env);
}

function readDatabase({ values }: Parsed, env?: string): NamedDatabase {
  const db = values("db").at(-1) ?? (env || undefined);
  return { db: db ?? DEFAULT_DB, isDefaultDb: db === undefined };
}

function readInstant(name: string, { values }: Parsed): string | null {
  const since = values(name).at(-1) ?? null;
  if (since !== null && instantOf(since, Date.now()) === null) {
    throw new UsageError(
      `option "--${name}" cannot be "${since}"; give a date such as 2025-11-18, today, or a number of days such as 7d`,
    );
  }
  return since;
}

/** @throws {UsageError} If an option is given that metrics do not have. */
function readPrometheus({ isSet, values }: Parsed): boolean {
  const other = isSet("json")
    ? "json"
    : isSet("watch")
    ? "watch"
    : values("since").length > 0
    ? "since"
    : null;
  if (!isSet("prometheus") || other === null) return isSet("prometheus");
  throw new UsageError(
    `option "--prometheus" is of all turns, once; leave out --${other}`,
  );
}

/** @throws {UsageError} If it is no id that a turn can have. */
function readTurnId(text: string): number {
  const id = /^\d+$/.test(text) ? +text : NaN;
  if (id >= 1 && id <= Number.MAX_SAFE_INTEGER) return id;
  throw new UsageError(
    `a turn's id cannot be "${text}"; give a number, as turn-counter turns shows them`,
  );
}

function readCount(
  name: string,
  values: Parsed["values"],
  { what, most }: { what: string; most: number },
): number | undefined {
  const value = values(name).at(-1);
  if (value === undefined) return undefined;
  const count = /^\d+$/.test(value) ? +value : NaN;
  if (!(count >= 1 && count <= most)) {
    throw new UsageError(
      `option "--${name}" cannot be "${value}"; give ${what} from 1 to ${most}`,
    );
  }
  return count;
}
