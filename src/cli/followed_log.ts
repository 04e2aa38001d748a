/**
 * The log that `--follow` names (SPEC section 7).
 *
 * @module
 */

import { parse } from "node:path";
import { UsageError } from "../error.ts";
import { checkFollowable } from "../source/follow/followable.ts";
import { Follower, type FollowerParts } from "../source/follow/follower.ts";
import { pathsOf, rotatedName, splitPath } from "../source/follow/scan.ts";
import type { Source } from "../source/source.ts";
import { isPostgres } from "../store/open.ts";
import { unlessMissing } from "../system/unless_missing.ts";
import type { Store } from "../turns/store.ts";
import type { RunArgs } from "./args/args.ts";

/** One log that is followed, under its name and that of a link's target. */
export class FollowedLog {
  #args: RunArgs;
  #path: string;
  #names: string[];

  /** @throws {UsageError} If it cannot be followed. */
  constructor(args: RunArgs) {
    this.#args = args;
    this.#path = checkFollowable(args.sources[0]);
    this.#names = pathsOf(this.#path);
  }

  /** @throws {UsageError} If the follower would read a file that the program writes. */
  refuseRotatedNames(): void {
    for (const name of this.#names) refuseNames(name, this.#args);
  }

  /**
   * Claims it, and opens it as a source.
   *
   * @throws {Failure} If another process follows it into the same database.
   */
  open(
    store: Store,
    report: FollowerParts["report"],
    damaged: FollowerParts["damaged"],
  ): Source {
    for (const name of this.#names) store.claim(name);
    const parts = { checkpoints: store, report, damaged };
    return new Follower(this.#args.sources[0], this.#path, parts);
  }
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
