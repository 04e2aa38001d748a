/**
 * Paths as the command line names them.
 *
 * @module
 */

import { isAbsolute } from "node:path";

/**
 * The absolute path of a name, under which it is followed. Each component may be a
 * link that will be pointed elsewhere, so none is resolved.
 */
export function absolutePath(name: string): string {
  const path = isAbsolute(name) ? name : `${Deno.cwd()}/${name}`;
  return path.replace(/\/+$/, "") || "/";
}

/**
 * The status of what a name leads to. The runtime drops a slash at the end, but only
 * the name of a directory may have one.
 *
 * @throws {Deno.errors.NotFound} If there is nothing.
 * @throws {Deno.errors.NotADirectory} If the name ends in a slash, and it is another
 * kind of file.
 */
export function statNamed(name: string): Deno.FileInfo {
  const info = Deno.statSync(name);
  if (info.isDirectory || !name.endsWith("/")) return info;
  throw new Deno.errors.NotADirectory("it is not a directory");
}
