/**
 * What a folder looks like, to see whether anything changed in it.
 *
 * @module
 */

import { sha256 } from "../../src/sha256.ts";

/**
 * The files in a folder with all that tells whether they were touched. To be
 * used only while this process has no database open there: closing a file gives
 * up the locks that the process has on it.
 */
export function listing(folder: string): Record<string, readonly unknown[]> {
  const entries = [...Deno.readDirSync(folder)].map(({ name, isFile }) => {
    const path = `${folder}/${name}`;
    const { mode, ino, mtime } = Deno.lstatSync(path);
    const content = isFile ? sha256(Deno.readFileSync(path)) : null;
    return [name, [mode! & 0o777, ino, mtime?.getTime(), content]] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1));
}
