/**
 * Reads the command line (SPEC section 7).
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { UsageError } from "../error.ts";
import { MOST_LINE_BYTES } from "../source/candidate.ts";
import { isStdin } from "../source/source.ts";
import type { Synchronous } from "../store/store.ts";
import { nearest } from "./nearest.ts";
import {
  type CommandName,
  COMMANDS,
  type Emit,
  NAMED_COMMANDS,
  type Option,
  optionsOf,
  type Shell,
} from "./options.ts";

/** Which database is meant. */
export interface DatabaseArgs {
  /** Path of the database. */
  db: string;
  /** Whether nobody named it. */
  isDefaultDb: boolean;
}

/** What counting turns needs to know. */
export interface RunArgs extends DatabaseArgs {
  /** Paths of the sources; `-` is standard input. */
  sources: string[];
  /** Whether the one source is followed as it grows. */
  follow: boolean;
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

/** What showing the status needs to know. */
export interface StatusArgs extends DatabaseArgs {
  json: boolean;
  watch: boolean;
}

/** What the command line asks for. */
export type Args =
  | { command: "help" }
  | { command: "version" }
  | ({ command: "run" } & RunArgs)
  | ({ command: "status" } & StatusArgs)
  | { command: "completions"; shell: Shell }
  | { command: "man" };

const DEFAULT_DB = "/tmp/turn_tracker.db";
const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;

/** The words of a command line, by what they are. */
interface Words {
  values: (name: string) => string[];
  isSet: (name: string) => boolean;
  operands: string[];
}

/** From the words behind a command's name to what it is to do. */
const READERS: Record<CommandName, (words: Words, env?: string) => Args> = {
  run(words, env) {
    refuseOperands(words);
    const { values, isSet } = words;
    const sources = values("source");
    const follow = isSet("follow");
    if (follow && (sources.length !== 1 || isStdin(sources[0]))) {
      throw new UsageError(
        `option "--follow" needs one log file: --source FILE --follow`,
      );
    }
    return {
      command: "run",
      ...readDatabase(words, env),
      sources: sources.length > 0 ? sources : ["-"],
      follow,
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
  status(words, env) {
    refuseOperands(words);
    return {
      command: "status",
      ...readDatabase(words, env),
      json: words.isSet("json"),
      watch: words.isSet("watch"),
    };
  },
  completions({ operands }) {
    const { name, choices } = NAMED_COMMANDS.completions.operands!;
    const [shell] = operands;
    if (operands.length !== 1 || !choices.includes(shell)) {
      throw new UsageError(
        `completions needs a ${name}: it is ${list(choices)}`,
      );
    }
    return { command: "completions", shell: shell as Shell };
  },
  man(words) {
    refuseOperands(words);
    return { command: "man" };
  },
};

/**
 * Reads the command line.
 *
 * @param argv The arguments behind the program's name.
 * @param env The environment variable `TURN_COUNTER_DB`, where it is set.
 * @throws {UsageError} Where it says something that there is not.
 */
export function readArgs(argv: string[], env?: string): Args {
  const named = COMMANDS.find((name) => name === argv[0] && name !== "run");
  const command = named ?? "run";
  const words = readWords(command, named ? argv.slice(1) : argv);
  if (words.isSet("help")) return { command: "help" };
  if (words.isSet("version")) return { command: "version" };
  return READERS[command](words, env);
}

function readWords(command: CommandName, argv: string[]): Words {
  const options = optionsOf(command);
  const valued = options.filter(({ value }) => value !== undefined);
  const switches = options.filter(({ value }) => value === undefined);
  checkOptions(argv, valued, switches);
  const parsed = parseArgs(glueDashes(argv, valued), {
    string: [...valued.map(({ name }) => name), "_"],
    boolean: switches.map(({ name }) => name),
    collect: valued.map(({ name }) => name),
    alias: Object.fromEntries(
      options.flatMap(({ name, short }) => short ? [[name, short]] : []),
    ),
  }) as Record<string, unknown>;
  const values = new Map(
    valued.map((option) => [option.name, readValues(option, parsed)]),
  );
  return {
    values: (name) => values.get(name)!,
    isSet: (name) => parsed[name] === true,
    operands: parsed._ as string[],
  };
}

/**
 * `parseArgs` lets a switch have a value, and takes more for an option than the
 * table has.
 *
 * @throws {UsageError} Where an option is unknown, or a switch is given a value.
 */
function checkOptions(
  argv: string[],
  valued: readonly Option[],
  switches: readonly Option[],
): void {
  const end = argv.indexOf("--");
  const given = end < 0 ? argv : argv.slice(0, end);
  const options = [...valued, ...switches];
  given.forEach((arg, i) => {
    if (arg === "-" || !arg.startsWith("-")) return;
    const [, name, value] = /^--([^=]*)(=.*)?$/s.exec(arg) ?? [];
    const isSwitch = name === undefined ||
      switches.some((option) => option.name === name);
    const isKnown = name === undefined
      ? [...arg.slice(1)].every((letter) =>
        options.some(({ short }) => short === letter)
      )
      : isSwitch || valued.some((option) => option.name === name);
    if (!isKnown) throw unknownOption(arg, name, options);
    if (isSwitch && value !== undefined) {
      throw new UsageError(`option "--${name}" takes no value`);
    }
    if (isSwitch && /^(true|false)$/.test(given[i + 1])) refuse(given[i + 1]);
  });
}

function unknownOption(
  arg: string,
  name: string | undefined,
  options: readonly Option[],
): UsageError {
  const meant = nearest(name ?? arg.slice(1), options.map(({ name }) => name));
  const hint = meant === undefined ? "" : ` (did you mean "--${meant}"?)`;
  return new UsageError(`unknown option "${arg}"${hint}`);
}

/** @throws {UsageError} Where there is a word too many. */
function refuseOperands({ operands }: Words): void {
  if (operands.length > 0) refuse(operands[0]);
}

function refuse(arg: string): never {
  const commands = Object.keys(NAMED_COMMANDS);
  const meant = nearest(arg, commands);
  throw new UsageError(
    meant !== undefined
      ? `unexpected argument "${arg}" (did you mean the command "${meant}"? it comes right behind the program's name)`
      : `unexpected argument "${arg}"; a log file is named with --source`,
  );
}

/** `parseArgs` takes a lone dash for no value; here it is one, stdin. */
function glueDashes(argv: string[], valued: readonly Option[]): string[] {
  const names = new Set(valued.map(({ name }) => `--${name}`));
  const takesDash = (i: number) => names.has(argv[i]) && argv[i + 1] === "-";
  return argv.flatMap((arg, i) =>
    takesDash(i) ? [`${arg}=-`] : takesDash(i - 1) ? [] : [arg]
  );
}

function readDatabase({ values }: Words, env?: string): DatabaseArgs {
  const db = values("db").at(-1) ?? (env || undefined);
  return { db: db ?? DEFAULT_DB, isDefaultDb: db === undefined };
}

function readValues(
  { name, value, choices }: Option,
  parsed: Record<string, unknown>,
): string[] {
  const values = parsed[name] as string[];
  for (const given of values) {
    if (given === "") {
      throw new UsageError(
        `option "--${name}" needs a value: --${name} ${value}`,
      );
    }
    if (choices !== undefined && !choices.includes(given)) {
      throw new UsageError(
        `option "--${name}" cannot be "${given}": it is ${list(choices)}`,
      );
    }
  }
  return values;
}

function readCount(
  name: string,
  values: Words["values"],
): number | undefined {
  const value = values(name).at(-1);
  if (value === undefined) return undefined;
  const count = /^\d+$/.test(value) ? +value : NaN;
  if (!(count >= 1 && count <= MOST_LINE_BYTES)) {
    throw new UsageError(
      `option "--${name}" cannot be "${value}": it is a number of bytes from 1 to ${MOST_LINE_BYTES}`,
    );
  }
  return count;
}

function list(words: readonly string[]): string {
  return words.length === 1
    ? words[0]
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
