/**
 * Checks that a file can be followed.
 *
 * @module
 */

import { UsageError } from "../../error.ts";
import { unlessMissing } from "../../system/unless_missing.ts";
import { absolutePath, statNamed } from "../named_path.ts";
import { unreadable } from "../source.ts";
import { formatIn } from "./file_bytes.ts";

/**
 * Checks that a file can be followed; it need not exist yet.
 *
 * @returns Its absolute path.
 * @throws {UsageError} If it cannot.
 */
export function checkFollowable(name: string): string {
  try {
    // Its directory need not exist yet.
    const path = absolutePath(name);
    const info = unlessMissing(() => statNamed(name));
    // Below a directory whose name is not UTF-8 nothing can be named.
    unlessMissing(() => Deno.realPathSync(path));
    if (info?.isDirectory) throw new UsageError("it is a directory");
    if (info?.isFile === false) {
      throw new UsageError(
        "it is not a regular file, and only those can be followed: read it without --follow",
      );
    }
    using file = info && Deno.openSync(path);
    if (file !== undefined && formatIn(file)) {
      throw new UsageError(
        "it is compressed, and only plain files can be followed: read it without --follow",
      );
    }
    return path;
  } catch (error) {
    throw unreadable(name, error, "name a log file with --source");
  }
}
