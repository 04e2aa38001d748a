/**
 * Opens what the command line names: files, standard input and directories.
 *
 * @module
 */

import type { Dialect } from "../dialect/dialect.ts";
import { isStdin, openSource, type Source } from "./source.ts";
import type { Reports } from "./tree/session_tree.ts";

/**
 * Opens sources. The session files below all directories are one of them, in place
 * of the first directory.
 *
 * @param dialect The dialect of all files, if it is known.
 * @throws {UsageError} If one cannot be opened, or is compressed in a way that
 * cannot be read.
 * @throws {Failure} If the library that decompresses one is missing.
 */
export async function openSources(
  paths: readonly string[],
  reports: Reports,
  dialect?: Dialect,
): Promise<Source[]> {
  const directories = new Set(paths.filter(isDirectory));
  const [first] = directories;
  const opened = paths
    .filter((path, i) => !directories.has(path) || i === paths.indexOf(first))
    .map((path) =>
      directories.has(path) ? openTree() : openSource(path, reports.damaged)
    );
  return await Promise.all(opened);

  async function openTree(): Promise<Source> {
    // Most runs have no directory, and start sooner without it.
    const { SessionTree } = await import("./tree/session_tree.ts");
    return await SessionTree.open([...directories], reports, dialect);
  }
}

/** Whether a path on the command line is that of a directory. */
export function isDirectory(path: string): boolean {
  if (isStdin(path)) return false;
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    // Opening the source reports the error.
    return false;
  }
}

/** Whether a path is below a directory; both have no links. */
export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === "/" ? "/" : `${directory}/`);
}
