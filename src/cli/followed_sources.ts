/**
 * The logs and directories that `--follow` names (SPEC sections 7 and 10).
 *
 * @module
 */

import { parse } from "node:path";
import { Failure, UsageError } from "../error.ts";
import {
  SYSTEM_CLOCK,
  SystemWatcher,
} from "../source/follow/change_watcher.ts";
import { checkFollowable } from "../source/follow/followable.ts";
import { FollowedLog } from "../source/follow/followed_log.ts";
import {
  type FollowedParts,
  type OpenFollowed,
  waitingFor,
} from "../source/follow/followed_files.ts";
import { Follower } from "../source/follow/follower.ts";
import {
  isFileOf,
  pathsOf,
  rotatedName,
  splitPath,
} from "../source/follow/rotated_log.ts";
import { absolutePath } from "../source/named_path.ts";
import { isDirectory } from "../source/open_sources.ts";
import type { ReadOptions } from "../source/read_options.ts";
import type { Source } from "../source/source.ts";
import { unlessMissing } from "../system/unless_missing.ts";
import { isPostgres } from "../store/open.ts";
import type { Store } from "../turns/store.ts";
import type { RunArgs } from "./args/args.ts";
import { refusalOf } from "./file_roles.ts";

/** All that is followed, in one stream. */
export class FollowedSources {
  #args: RunArgs;
  /** The absolute paths of the logs, each once. */
  #logs: string[];
  /** The absolute paths of the directories, each once. */
  #directories: string[];

  /** @throws {UsageError} If one of them cannot be followed. */
  constructor(args: RunArgs) {
    this.#args = args;
    const { sources } = args;
    const isLog = (path: string) => !isDirectory(path);
    this.#logs = distinct(sources.filter(isLog).map(checkFollowable));
    this.#directories = distinct(sources.filter(isDirectory).map(absolutePath));
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
    const directories = this.#directories;
    const real = directories.flatMap((path) =>
      unlessMissing(() => Deno.realPathSync(path)) ?? []
    );
    const paths = [...this.#logs.flatMap(pathsOf), ...real];
    for (const path of distinct(paths)) store.claim(path);
    const parts = () => ({
      ...{ checkpoints: store, report, damaged, clock: SYSTEM_CLOCK },
      watcher: new SystemWatcher(),
    });
    const absent = this.#logs.filter((path) =>
      unlessMissing(() => Deno.statSync(path)) === undefined
    );
    for (const path of absent) {
      report(waitingFor(path));
    }
    // Most runs follow one log, and start sooner without trees.
    const trees = directories.length > 0 || absent.length > 0
      ? await import("../source/tree/followed_tree.ts")
      : null;
    const areOfLogs = this.#logs.flatMap(pathsOf).map(isFileOf);
    const rules = {
      isExcluded: (path: string) => areOfLogs.some((isOf) => isOf(path)),
      accept: (directory: string) => {
        const refusal = refusalOf(directory, directory, this.#args);
        if (refusal !== undefined) throw new Failure(refusal);
        store.claim(directory);
      },
    };
    const openTree = (paths: string[], reading: ReadOptions) =>
      new trees!.FollowedTree(paths, parts(), reading, rules);
    const openers = this.#logs.map((log): OpenFollowed => (reading) => {
      const followed = new FollowedLog(log, parts(), reading);
      if (!absent.includes(log)) return followed;
      const asTree = () => openTree([log], reading);
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
