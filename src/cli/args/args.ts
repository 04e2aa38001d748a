/**
 * What a command line asks for (SPEC section 7).
 *
 * @module
 */

import { UsageError } from "../../error.ts";
import { MOST_LINE_BYTES } from "../../source/lines.ts";
import { isStdin } from "../../source/source.ts";
import type { Synchronous } from "../../store/open.ts";
import {
  type CommandName,
  COMMANDS,
  type Emit,
  NAMED_COMMANDS,
  type Shell,
} from "./options.ts";
import { list, readWords, refuseOperands, type Words } from "./words.ts";

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

function readDatabase({ values }: Words, env?: string): DatabaseArgs {
  const db = values("db").at(-1) ?? (env || undefined);
  return { db: db ?? DEFAULT_DB, isDefaultDb: db === undefined };
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
