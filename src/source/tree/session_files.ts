/**
 * The session files below directories, in the order in which they are read (SPEC
 * section 10).
 *
 * @module
 */

import type { Dialect } from "../../dialect/dialect.ts";
import { filesBelow, type Skipped } from "./files_below.ts";
import {
  byAge,
  byPreference,
  logPathOf,
  type SessionFile,
  SessionRecogniser,
} from "./recognise.ts";

/** The session files below directories. */
export interface SessionFiles {
  /** The oldest first, so that a session is read before its forks. */
  files: SessionFile[];
  /** How many there are below each directory. */
  counts: Map<string, number>;
  /** The directories below which there is nothing to read. */
  empty: string[];
}

/**
 * Finds the session files below directories: those that a dialect recognises by
 * their first bytes or their names.
 *
 * @param skipped Called for each file or directory that cannot be read.
 * @param dialects Those that may recognise a file.
 * @throws {Failure} If the library that decompresses a file is missing.
 * @throws {UsageError} If one of the directories themselves cannot be read.
 */
export async function findSessionFiles(
  directories: readonly string[],
  skipped: Skipped,
  dialects?: readonly Dialect[],
): Promise<SessionFiles> {
  // A file that is below two of the directories is read once.
  const files = new Map<string, SessionFile>();
  const counts = new Map<string, number>();
  const empty: string[] = [];
  const recogniser = new SessionRecogniser(skipped, dialects);
  for (const directory of directories) {
    const logs = new Set<string>();
    const found = [...filesBelow(directory, { skipped })].sort(byPreference);
    for (const one of found) {
      const log = logPathOf(one);
      const file = files.get(log) ?? await recogniser.recognise(one);
      if (file === undefined) continue;
      logs.add(log);
      files.set(log, file);
    }
    counts.set(directory, logs.size);
    if (found.every(({ size }) => size === 0)) empty.push(directory);
  }
  return { files: [...files.values()].sort(byAge), counts, empty };
}
