/**
 * Reads the command line (SPEC section 7).
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { UsageError } from "../error.ts";
import { isStdin } from "../source/source.ts";
import type { Synchronous } from "../store/store.ts";
import { type Option, OPTIONS } from "./options.ts";

/** What the command line asks for. */
export interface Args {
  /** Paths of the sources; `-` is standard input. */
  sources: string[];
  /** Whether the one source is followed as it grows. */
  follow: boolean;
  /** Path of the database. */
  db: string;
  /** Whether nobody named the database. */
  isDefaultDb: boolean;
  skipReplayed: boolean;
  /** Path of the file for rejected lines. */
  deadLetter: string | null;
  /** In bytes. */
  maxLineBytes: number;
  synchronous: Synchronous;
  verbose: boolean;
  quiet: boolean;
  help: boolean;
  version: boolean;
}

const DEFAULT_DB = "/tmp/turn_tracker.db";
const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;
/** What still fits into one string. */
const MOST_LINE_BYTES = 500_000_000;

const VALUED = OPTIONS.filter((option) => option.value !== undefined);
const SWITCHES = OPTIONS.filter((option) => option.value === undefined);

/**
 * Reads the command line.
 *
 * @param argv The arguments behind the program's name.
 * @param env The environment variable `TURN_COUNTER_DB`, where it is set.
 * @throws {UsageError} Where it says something that there is not.
 */
export function readArgs(argv: string[], env?: string): Args {
  checkOptions(argv);
  const parsed = parseArgs(argv.flatMap(glueDash(argv)), {
    string: [...VALUED.map(({ name }) => name), "_"],
    boolean: SWITCHES.map(({ name }) => name),
    collect: VALUED.map(({ name }) => name),
    alias: Object.fromEntries(
      OPTIONS.flatMap(({ name, short }) => short ? [[name, short]] : []),
    ),
    unknown: refuse,
  }) as Record<string, unknown>;
  // What stands behind "--" is not shown to `unknown`.
  (parsed._ as string[]).forEach(refuse);
  const values = new Map(
    VALUED.map((option) => [option.name, readValues(option, parsed)]),
  );
  const last = (name: string) => values.get(name)!.at(-1);
  const db = last("db") ?? (env || undefined);
  const sources = values.get("source")!;
  const follow = parsed.follow as boolean;
  if (follow && (sources.length !== 1 || isStdin(sources[0]))) {
    throw new UsageError(
      `option "--follow" needs one log file: --source FILE --follow`,
    );
  }
  return {
    sources: sources.length > 0 ? sources : ["-"],
    follow,
    db: db ?? DEFAULT_DB,
    isDefaultDb: db === undefined,
    skipReplayed: parsed["skip-replayed"] as boolean,
    deadLetter: last("dead-letter") ?? null,
    maxLineBytes: readCount("max-line-bytes", last("max-line-bytes")) ??
      DEFAULT_MAX_LINE_BYTES,
    synchronous: (last("synchronous") ?? "full") as Synchronous,
    verbose: parsed.verbose as boolean,
    quiet: parsed.quiet as boolean,
    help: parsed.help as boolean,
    version: parsed.version as boolean,
  };
}

/**
 * `parseArgs` lets a switch have a value, and takes more for an option than the
 * table has.
 *
 * @throws {UsageError} Where an option is unknown, or a switch is given a value.
 */
function checkOptions(argv: string[]): void {
  const end = argv.indexOf("--");
  const given = end < 0 ? argv : argv.slice(0, end);
  given.forEach((arg, i) => {
    if (arg === "-" || !arg.startsWith("-")) return;
    const [, name, value] = /^--([^=]*)(=.*)?$/s.exec(arg) ?? [];
    const isSwitch = name === undefined ||
      SWITCHES.some((option) => option.name === name);
    const isKnown = name === undefined
      ? [...arg.slice(1)].every((letter) =>
        OPTIONS.some(({ short }) => short === letter)
      )
      : isSwitch || VALUED.some((option) => option.name === name);
    if (!isKnown) throw new UsageError(`unknown option "${arg}"`);
    if (isSwitch && value !== undefined) {
      throw new UsageError(`option "--${name}" takes no value`);
    }
    if (isSwitch && /^(true|false)$/.test(given[i + 1])) refuse(given[i + 1]);
  });
}

/** @throws {UsageError} Always: there are no operands. */
function refuse(arg: string): never {
  throw new UsageError(
    `unexpected argument "${arg}"; a log file is named with --source`,
  );
}

/** `parseArgs` takes a lone dash for no value; here it is one, stdin. */
function glueDash(argv: string[]) {
  const valued = new Set(VALUED.map(({ name }) => `--${name}`));
  const takesDash = (i: number) => valued.has(argv[i]) && argv[i + 1] === "-";
  return (arg: string, i: number): string[] =>
    takesDash(i) ? [`${arg}=-`] : takesDash(i - 1) ? [] : [arg];
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

function readCount(name: string, value?: string): number | undefined {
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
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
