/**
 * The options of {@linkcode parseArgs} as sets of names, aliases included.
 *
 * @module
 */

import type { Aliases, Names } from "./types.ts";

/** The declared names, by their properties. */
export interface Declared {
  boolean: ReadonlySet<string>;
  string: ReadonlySet<string>;
  collect: ReadonlySet<string>;
  negatable: ReadonlySet<string>;
  /** The other names of a name. */
  aliases: ReadonlyMap<string, readonly string[]>;
}

/** Names as a list, from one name or many. */
function list(names: Names<string> | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === "string" ? [names] : names;
}

function aliasMap(aliases: Aliases): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [name, others] of Object.entries(aliases)) {
    const group = [name, ...list(others)];
    for (const one of group) map.set(one, group.filter((it) => it !== one));
  }
  return map;
}

/** Collects the properties of each name and of its aliases. */
export function declare(options: {
  boolean?: Names<string>;
  string?: Names<string>;
  collect?: Names<string>;
  negatable?: Names<string>;
  alias?: Aliases;
}): Declared {
  const aliases = aliasMap(options.alias ?? {});
  const withAliases = (names: Names<string> | undefined) =>
    new Set(
      list(names).flatMap((name) => [name, ...aliases.get(name) ?? []]),
    );
  return {
    boolean: withAliases(options.boolean),
    string: withAliases(options.string),
    collect: withAliases(options.collect),
    negatable: withAliases(options.negatable),
    aliases,
  };
}
