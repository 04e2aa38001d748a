/**
 * What a database holds, and what the file system adds to it.
 *
 * @module
 */

import { nameOf, readStatus, type StoredStatus } from "../store/open.ts";
import {
  type FollowedDirectory,
  type FollowedFile,
  lookUp,
  lookUpTree,
} from "./followed.ts";

/** What the command `status` shows. */
export interface Report extends Omit<StoredStatus, "followed" | "trees"> {
  /** The database, as it was named. */
  database: string;
  /** The files that were followed into it, by path. */
  files: FollowedFile[];
  /** The directories that were followed into it, by path. */
  directories: FollowedDirectory[];
}

/**
 * Reads what a database holds, and looks at the files that were followed into
 * it, after its transaction: disks may be slow.
 *
 * @param sinceMs Leave out the turns that began before this instant, in
 * milliseconds since the epoch.
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export async function readReport(
  database: string,
  sinceMs: number | null = null,
): Promise<Report> {
  const { followed, trees, ...stored } = await readStatus(database, sinceMs);
  return {
    ...{ database: nameOf(database), ...stored },
    files: followed.map(lookUp),
    directories: trees.map(lookUpTree),
  };
}
