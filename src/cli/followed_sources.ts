/**
 * The logs and directories that `--follow` names (SPEC sections 7 and 10).
 *
 * @module
 */

import { parse } from "node:path";
import { UsageError } from "../error.ts";
import {
  SYSTEM_CLOCK,
  SystemWatcher,
} from "../source/follow/change_watcher.ts";
import { checkFollowable } from "../source/follow/followable.ts";
import { FollowedLog } from "../source/follow/followed_log.ts";
import type {
  FollowedParts,
  OpenFollowed,
} from "../source/follow/followed_files.ts";
import { Follower } from "../source/follow/follower.ts";
import {
  isFileOf,
  pathsOf,
  rotatedName,
  splitPath,
} from "../source/follow/rotated_log.ts";
import { isDirectory } from "../source/open_sources.ts";
import type { ReadOptions } from "../source/read_options.ts";
import type { Source } from "../source/source.ts";
import { unlessMissing } from "../system/unless_missing.ts";
import { isPostgres } from "../store/open.ts";
import type { Store } from "../turns/store.ts";
import type { RunArgs } from "./args/args.ts";

/** All that is followed, in one stream. */
export class FollowedSources {
  #args: RunArgs;
  /** The absolute paths of the logs, each once. */
  #logs: string[];
  /** The paths of the directories without links, each once. */
  #directories: string[];

  /** @throws {UsageError} If one of them cannot be followed. */
  constructor(args: RunArgs) {
    this.#args = args;
    const { sources } = args;
    const isLog = (path: string) => !isDirectory(path);
    this.#logs = distinct(sources.filter(isLog).map(checkFollowable));
    const real = (path: string) => Deno.realPathSync(path);
    this.#directories = distinct(sources.filter(isDirectory).map(real));
  }

  /** @throws {UsageError} If the follower would read a file that the program writes. */
  refuseOwnFiles(): void {
    for (const log of this.#logs) {
      for (const name of pathsOf(log)) refuseNames(name, this.#args);
    }
  }

  /**
   * Claims them, and opens them as one source.
   *
   * @throws {Failure} If another process follows one into the same database.
   */
  async open(
    store: Store,
    report: FollowedParts["report"],
    damaged: FollowedParts["damaged"],
  ): Promise<Source> {
    const paths = [...this.#logs.flatMap(pathsOf), ...this.#directories];
    for (const path of distinct(paths)) store.claim(path);
    const parts = () => ({
      ...{ checkpoints: store, report, damaged, clock: SYSTEM_CLOCK },
      watcher: new SystemWatcher(),
    });
    const directories = this.#directories;
    const absent = this.#logs.filter((path) =>
      unlessMissing(() => Deno.statSync(path)) === undefined
    );
    for (const path of absent) {
      report(`${JSON.stringify(path)} does not exist; waiting for it`);
    }
    // Most runs follow one log, and start sooner without trees.
    const trees = directories.length > 0 || absent.length > 0
      ? await import("../source/tree/followed_tree.ts")
      : null;
    const areOfLogs = this.#logs.flatMap(pathsOf).map(isFileOf);
    const isOfLog = (path: string) => areOfLogs.some((isOf) => isOf(path));
    const openTree = (directories: string[], reading: ReadOptions) =>
      new trees!.FollowedTree(directories, parts(), reading, isOfLog);
    const openers = this.#logs.map((log): OpenFollowed => (reading) => {
      const followed = new FollowedLog(log, parts(), reading);
      if (!absent.includes(log)) return followed;
      const asTree = (directory: string) => openTree([directory], reading);
      return new trees!.LogOrTree(log, followed, asTree);
    });
    if (directories.length > 0) {
      openers.push((reading) => openTree(directories, reading));
    }
    const name = this.#args.sources.join(", ");
    return new Follower(name, openers, SYSTEM_CLOCK);
  }
}

function distinct(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
function refuseNames(followed: string, { db, deadLetter }: RunArgs): void {
  const { directory, name } = splitPath(followed);
  const realPath = (path: string) =>
    unlessMissing(() => Deno.realPathSync(path));
  const logDirectory = realPath(directory);
  const isRotated = rotatedName(name);
  const files = isPostgres(db) ? [] : [db];
  if (deadLetter !== null) files.push(deadLetter);
  for (const path of files) {
    const { dir, base } = parse(path);
    if (!isRotated.test(base)) continue;
    const isBeside = logDirectory === realPath(dir || ".");
    if (!isBeside || logDirectory === undefined) continue;
    throw new UsageError(
      `${
        JSON.stringify(path)
      } has the name of a rotated log, and would be read as one; choose another name`,
    );
  }
}
