/**
 * Which files can be followed.
 *
 * @module
 */

import { isAbsolute, join } from "node:path";
import { UsageError } from "../../error.ts";
import { unlessMissing } from "../../system/unless_missing.ts";
import { unreadable } from "../source.ts";
import { isGzip } from "./content.ts";
import { splitPath } from "./scan.ts";

/**
 * Makes sure that a file can be followed; it need not be there yet.
 *
 * @returns Its absolute path.
 * @throws {UsageError} Where it cannot.
 */
export function checkFollowable(name: string): string {
  try {
    const given = splitPath(
      isAbsolute(name) ? name : `${Deno.cwd()}/${name}`,
    );
    const path = join(Deno.realPathSync(given.directory), given.name);
    const info = unlessMissing(() => Deno.statSync(path));
    if (info?.isDirectory) throw new UsageError("it is a directory");
    if (info?.isFile === false) {
      throw new UsageError(
        "only a file can be followed, all else is read without --follow",
      );
    }
    using file = info && Deno.openSync(path);
    if (file !== undefined && isGzip(file)) {
      throw new UsageError(
        "what is compressed does not grow, and is read without --follow",
      );
    }
    return path;
  } catch (error) {
    throw unreadable(name, error, "name a log file with --source");
  }
}
