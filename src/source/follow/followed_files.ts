/**
 * What a follower reads: the files of a rotated log, or the session files below
 * directories.
 *
 * @module
 */

import type { CheckpointStore } from "../../turns/store.ts";
import type { ReadOptions } from "../read_options.ts";
import type { Item } from "../lines.ts";
import type { ChangeWatcher, Clock } from "./change_watcher.ts";

/** Files that are followed together. */
export interface FollowedFiles {
  /**
   * Looks for files that were added, renamed or replaced, unless it has just done
   * so.
   */
  look(): Promise<void>;
  /**
   * The lines up to the current ends of the files.
   *
   * @throws {Failure} If a file can no longer be read.
   */
  available(): AsyncGenerator<Item[]>;
  /**
   * Closes files that will not grow any more, and marks the positions of the
   * others. Called about once a second.
   */
  settle(): AsyncGenerator<Item[]>;
  /** Resolves when something may have changed, or after `limit` milliseconds. */
  changed(limit: number): Promise<void>;
  /** Closes all files, and stops watching them. */
  close(): void;
}

/** What {@linkcode FollowedFiles} need. */
export interface FollowedParts {
  checkpoints: CheckpointStore;
  /** Shows a message to people. */
  report: (message: string) => void;
  /** Called with the reason if compressed data is damaged. */
  damaged: (name: string, reason: string) => void;
  clock: Clock;
  watcher: ChangeWatcher;
}

/** The message about a followed path at which there is nothing. */
export function waitingFor(path: string): string {
  return `${JSON.stringify(path)} does not exist; waiting for it`;
}

/** Begins to follow files: how their lines are read is known only then. */
export type OpenFollowed = (reading: ReadOptions) => FollowedFiles;
