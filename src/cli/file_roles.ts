/**
 * The roles that the arguments give to files: no file may have two of them.
 *
 * @module
 */

import { parse } from "node:path";
import { UsageError } from "../error.ts";
import { isBelow, isDirectory } from "../source/open_sources.ts";
import { isStdin } from "../source/source.ts";
import { DATABASE_SUFFIXES, isPostgres } from "../store/open.ts";
import { unlessMissing } from "../system/unless_missing.ts";
import type { RunArgs } from "./args/args.ts";

/** @throws {UsageError} If one file has two roles. */
export function refuseSameFiles({ sources, db, deadLetter }: RunArgs): void {
  const roles: [role: string, paths: string[]][] = [
    ["the log", sources.filter((path) => !isStdin(path))],
    ["the database", databaseFiles(db)],
    ["the file for rejected lines", deadLetter === null ? [] : [deadLetter]],
  ];
  const seen = new Map<string, string>();
  for (const [role, paths] of roles) {
    for (const path of paths) {
      const id = identity(path);
      const other = id === null ? undefined : seen.get(id);
      if (id === null || other === role) continue;
      if (other !== undefined) {
        throw new UsageError(
          `${
            JSON.stringify(path)
          } is both ${other} and ${role}; name another file for one of them`,
        );
      }
      seen.set(id, role);
    }
  }
}

/** The files that a database consists of, if it consists of files. */
function databaseFiles(db: string): string[] {
  if (isPostgres(db)) return [];
  return DATABASE_SUFFIXES.map((suffix) => db + suffix);
}

/**
 * @throws {UsageError} If a file that is written is below a directory that is read:
 * rejected lines would be read as a session, and a follower must not open the
 * database as one.
 */
export function refuseSessionDirectories(args: RunArgs): void {
  for (const source of args.sources.filter(isDirectory)) {
    const refusal = refusalOf(Deno.realPathSync(source), source, args);
    if (refusal !== undefined) throw new UsageError(refusal);
  }
}

/**
 * Why a directory must not be read, as a sentence; `undefined` if it may.
 *
 * @param root Its path without links.
 * @param source Its name.
 */
export function refusalOf(
  root: string,
  source: string,
  { deadLetter, db, follow }: RunArgs,
): string | undefined {
  const written = [
    ...(follow ? databaseFiles(db).slice(0, 1) : []),
    ...(deadLetter ? [deadLetter] : []),
  ];
  for (const path of written) {
    const directory = unlessMissing(() =>
      Deno.realPathSync(parse(path).dir || ".")
    );
    const isInside = directory !== undefined &&
      (directory === root || isBelow(directory, root));
    if (!isInside) continue;
    return `${JSON.stringify(path)} is below ${
      JSON.stringify(source)
    }, and would be read as a session; choose another directory`;
  }
  return undefined;
}

/**
 * What distinguishes a file from others, whether it exists or not; `null` if
 * that cannot be found out.
 */
function identity(path: string): string | null {
  const { dir, base } = parse(path);
  try {
    const info = unlessMissing(() => Deno.statSync(path));
    // A file that does not exist yet is identified by its folder and its name.
    const { dev, ino } = info ?? Deno.statSync(dir || ".");
    return `${dev} ${ino} ${info === undefined ? base : ""}`;
  } catch {
    // Opening the file reports the error.
    return null;
  }
}
