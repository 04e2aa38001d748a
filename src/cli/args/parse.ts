/**
 * Parses a command line by the table of options (SPEC section 7).
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { UsageError } from "../../error.ts";
import { nearest } from "./nearest.ts";
import {
  type CommandName,
  NAMED_COMMANDS,
  type NamedCommand,
} from "./commands.ts";
import { type Option, optionsOf } from "./options.ts";

/** A command line, parsed. */
export interface Parsed {
  /** The values of an option, in the order given. */
  values: (name: string) => string[];
  /** The last value of an option, which counts; `null` if it is not given. */
  last: (name: string) => string | null;
  /** Whether a switch is given. */
  isSet: (name: string) => boolean;
  /** The arguments that are not options. */
  operands: string[];
}

/**
 * Parses the arguments that follow a command's name.
 *
 * @throws {UsageError} If an option is unknown or does not accept its value.
 */
export function parseOptions(command: CommandName, argv: string[]): Parsed {
  const options = optionsOf(command);
  const valued = options.filter(({ value }) => value !== undefined);
  const switches = options.filter(({ value }) => value === undefined);
  checkOptions(command, argv, valued, switches);
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
    last: (name) => values.get(name)!.at(-1) ?? null,
    isSet: (name) => parsed[name] === true,
    operands: parsed._ as string[],
  };
}

/**
 * Refuses what `parseArgs` accepts and the table does not have: unknown options
 * and values of switches.
 *
 * @throws {UsageError} If an option is unknown or a switch has a value.
 */
function checkOptions(
  command: CommandName,
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
    if (isSwitch && /^(true|false)$/.test(given[i + 1])) {
      refuse(command, given[i + 1]);
    }
  });
}

function unknownOption(
  arg: string,
  name: string | undefined,
  options: readonly Option[],
): UsageError {
  const names = options.map((option) => option.name);
  const suggestion = nearest(name ?? arg.slice(1), names);
  const hint = suggestion === undefined
    ? ""
    : ` (did you mean "--${suggestion}"?)`;
  return new UsageError(`unknown option "${arg}"${hint}`);
}

/** @throws {UsageError} If an argument follows that the command does not have. */
export function refuseOperands(
  command: CommandName,
  { operands }: Parsed,
): void {
  if (command !== "run" && NAMED_COMMANDS[command].operand) return;
  if (operands.length > 0) refuse(command, operands[0]);
}

/**
 * The argument that follows a command's name; `undefined` if it is left out and
 * may be.
 *
 * @throws {UsageError} If it is missing or is not valid, or if there are more.
 */
export function readOperand(
  command: NamedCommand,
  { operands }: Parsed,
): string | undefined {
  const { name, choices, isOptional } = NAMED_COMMANDS[command].operand!;
  const [operand, next] = operands;
  const article = /^[AEIOU]/.test(name) ? "an" : "a";
  if (next !== undefined) {
    throw new UsageError(
      `unexpected argument "${next}"; ${command} takes ${article} ${name} and nothing else`,
    );
  }
  if (operand === undefined && isOptional) return undefined;
  const isValid = choices?.includes(operand) ?? operand !== undefined;
  if (isValid) return operand;
  const valid = choices === undefined ? "" : `: ${joinChoices(choices)}`;
  throw new UsageError(`${command} needs ${article} ${name}${valid}`);
}

function refuse(command: CommandName, arg: string): never {
  const suggestion = nearest(arg, Object.keys(NAMED_COMMANDS));
  throw new UsageError(
    `unexpected argument "${arg}"${
      command !== "run"
        ? `; ${command} takes options only`
        : suggestion !== undefined
        ? ` (did you mean the command "${suggestion}"? it must be the first argument)`
        : "; name a log file with --source"
    }`,
  );
}

/** `parseArgs` reads a single dash as no value; here it is the name of stdin. */
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
        `option "--${name}" cannot be "${given}"; choose ${
          joinChoices(choices)
        }`,
      );
    }
  }
  return values;
}

/** Choices as a sentence lists them: `a, b or c`. */
function joinChoices(choices: readonly string[]): string {
  return choices.length === 1
    ? choices[0]
    : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}
