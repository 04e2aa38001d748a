/**
 * Parses command lines.
 *
 * @module
 */

import { declare, type Declared } from "./declared.ts";
import { readLong, readShort, type Take } from "./read_option.ts";
import type { Aliases, Args, ParseOptions } from "./types.ts";

type Unknown = (arg: string, key?: string, value?: unknown) => unknown;

function toNumber(text: string): string | number {
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

function set(
  result: Record<string, unknown>,
  name: string,
  value: unknown,
  collect: boolean,
): void {
  // These two are members of every object.
  if (name === "__proto__" || name === "constructor") return;
  if (!collect) {
    result[name] = value;
    return;
  }
  const before = result[name];
  if (Array.isArray(before)) before.push(value);
  else result[name] = before ? [before, value] : [value];
}

function setDefaults(
  result: Record<string, unknown>,
  defaults: Record<string, unknown>,
  declared: Declared,
): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (Object.hasOwn(result, key)) continue;
    const names = [key, ...declared.aliases.get(key) ?? []];
    for (const name of names) set(result, name, value, false);
  }
  for (const name of declared.boolean) {
    if (Object.hasOwn(result, name)) continue;
    set(result, name, declared.collect.has(name) ? [] : false, false);
  }
  for (const name of declared.string) {
    if (Object.hasOwn(result, name) || !declared.collect.has(name)) continue;
    set(result, name, [], false);
  }
}

/**
 * Parses a command line into options and positionals.
 *
 * - `--name=value` and `--name value` set an option; the next argument is its
 *   value unless it starts with `-`, or the option is a boolean. So `-` after a
 *   long option is not its value, but a positional.
 * - `-n value`, `-n=value`, `-n5` and `-vq` set options of one letter; after
 *   these `-` is a value.
 * - `--` ends the options.
 * - A string option without a value is `""`, other options are `true`.
 * - A value that looks like a number becomes one, except of a string option.
 *
 * @example
 * ```ts
 * import { parseArgs } from "@std/cli";
 *
 * const args = parseArgs(Deno.args, { boolean: ["quiet"], string: ["db"] });
 * console.log(args.quiet, args.db, args._);
 * ```
 */
export function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  const N extends string = never,
  D extends Record<string, unknown> = Record<never, never>,
  const A extends Aliases = Record<never, never>,
  R extends boolean = false,
>(
  args: readonly string[],
  options: ParseOptions<B, S, C, N, D, A, R> = {},
): Args<B, S, C, N, D, A, R> {
  const declared = declare(options);
  const unknown: Unknown = options.unknown ?? (() => true);
  const positionals: (string | number)[] = [];
  const result: Record<string, unknown> = { _: positionals };

  const take: Take = (arg, key, value, collect = true) => {
    const known = declared.boolean.has(key) || declared.string.has(key) ||
      declared.collect.has(key) || declared.aliases.has(key);
    if (!known && unknown(arg, key, value) === false) return;
    const final = typeof value !== "string" || declared.string.has(key);
    const converted = final ? value : toNumber(value);
    const append = collect && declared.collect.has(key);
    for (const name of [key, ...declared.aliases.get(key) ?? []]) {
      set(result, name, converted, append);
    }
  };

  const end = args.indexOf("--");
  const rest = end === -1 ? [] : args.slice(end + 1);
  const parsed = end === -1 ? args : args.slice(0, end);

  for (let i = 0; i < parsed.length; i++) {
    const arg = parsed[i];
    if (arg.startsWith("-") && arg !== "-") {
      const read = arg.startsWith("--") ? readLong : readShort;
      if (read(arg, parsed[i + 1], declared, take)) i++;
      continue;
    }
    if (unknown(arg) !== false) {
      positionals.push(declared.string.has("_") ? arg : toNumber(arg));
    }
    if (options.stopEarly) {
      positionals.push(...parsed.slice(i + 1));
      break;
    }
  }

  setDefaults(result, options.default ?? {}, declared);
  if (options["--"]) result["--"] = rest;
  else positionals.push(...rest);
  return result as Args<B, S, C, N, D, A, R>;
}
