/**
 * Takes a command line apart by the table of options (SPEC section 7).
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { UsageError } from "../../error.ts";
import { nearest } from "./nearest.ts";
import {
  type CommandName,
  NAMED_COMMANDS,
  type Option,
  optionsOf,
} from "./options.ts";

/** The words of a command line, by what they are. */
export interface Words {
  values: (name: string) => string[];
  isSet: (name: string) => boolean;
  operands: string[];
}

/**
 * Takes apart what stands behind a command's name.
 *
 * @throws {UsageError} Where an option is unknown, or has a value that it cannot
 * have.
 */
export function readWords(command: CommandName, argv: string[]): Words {
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
export function refuseOperands({ operands }: Words): void {
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

/** Names in a row, as a sentence has them. */
export function list(words: readonly string[]): string {
  return words.length === 1
    ? words[0]
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
