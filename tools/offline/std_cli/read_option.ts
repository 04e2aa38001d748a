/**
 * Reads one argument that starts with `-`: the options that it sets.
 *
 * @module
 */

import type { Declared } from "./declared.ts";

type Value = string | boolean;

/** Sets an option; `arg` is the argument that contains it. */
export type Take = (
  arg: string,
  key: string,
  value: Value,
  collect?: boolean,
) => void;

/** The value of an option without one. */
function bare(key: string, declared: Declared): Value {
  return declared.string.has(key) ? "" : true;
}

/**
 * The next argument as the value of an option, if it is one. A boolean accepts
 * only `true` and `false`.
 */
function nextValue(
  key: string,
  next: string | undefined,
  looksLikeOption: (arg: string) => boolean,
  declared: Declared,
): Value | undefined {
  // An empty argument is not a value.
  if (!next) return undefined;
  if (!declared.boolean.has(key) && !looksLikeOption(next)) return next;
  return next === "true" ? true : next === "false" ? false : undefined;
}

/**
 * Reads `--name`, `--name=value`, `--name value` or `--no-name`.
 * Returns whether the next argument was its value.
 */
export function readLong(
  arg: string,
  next: string | undefined,
  declared: Declared,
  take: Take,
): boolean {
  const name = arg.slice(2);
  const equals = name.indexOf("=", 1);
  const written = equals === -1 ? name : name.slice(0, equals);
  const negated = written.startsWith("no-") && written.length > 3;
  const key = negated ? written.slice(3) : written;

  if (equals !== -1) {
    const value = name.slice(equals + 1);
    take(arg, key, declared.boolean.has(key) ? value !== "false" : value);
    return false;
  }
  if (negated && declared.negatable.has(key)) {
    take(arg, key, false, false);
    return false;
  }
  const dashed = (it: string) => it.startsWith("-");
  const value = nextValue(written, next, dashed, declared);
  take(arg, written, value ?? bare(written, declared));
  return value !== undefined;
}

/** The rest of a bundle as the value of the letter before it, if it is one. */
function attachedValue(letter: string, rest: string): string | undefined {
  if (rest === "=") return "";
  if (/[A-Za-z]/.test(letter)) {
    // Both may be anywhere in the rest, as in the real package.
    const assigned = /=(.+)/.exec(rest);
    if (assigned) return assigned[1];
    if (/\d(\.\d*)?(e-?\d+)?$/.test(rest)) return rest;
  }
  return rest.length > 1 && /^\W/.test(rest) ? rest : undefined;
}

/**
 * Reads `-n`, `-n value`, `-n=value`, `-n5` or a bundle such as `-vq`.
 * Returns whether the next argument was the value of its last letter.
 */
export function readShort(
  arg: string,
  next: string | undefined,
  declared: Declared,
  take: Take,
): boolean {
  for (let i = 1; i < arg.length - 1; i++) {
    const rest = arg.slice(i + 1);
    if (rest === "-") {
      take(arg, arg[i], rest);
      return false;
    }
    const value = attachedValue(arg[i], rest);
    if (value !== undefined) {
      take(arg, arg[i], value);
      return false;
    }
    take(arg, arg[i], bare(arg[i], declared));
  }
  const key = arg[arg.length - 1];
  if (key === "-") return false;
  const dashed = (it: string) => /^--?[^-]/.test(it);
  const value = nextValue(key, next, dashed, declared);
  take(arg, key, value ?? bare(key, declared));
  return value !== undefined;
}
