/**
 * Where the build finds and puts things.
 *
 * @module
 */

/** The root of the repository. */
export const ROOT: string = import.meta.dirname!.replace(/\/tools\/build$/, "");

/** The program's entry. */
export const MAIN: string = `${ROOT}/main.ts`;

/** What `compile` writes. */
export const BINARY: string = `${ROOT}/turn-counter`;

/** What the build fetches or makes for itself; never committed. */
export const BUILD_DIR: string = `${ROOT}/tools/.build`;

/** The SQLite library that is embedded in the binary, under a name the program knows. */
export const LIBRARY: string = `${BUILD_DIR}/libsqlite3.${
  Deno.build.os === "darwin" ? "dylib" : "so"
}`;

/** The config that takes the packages from JSR. */
export const JSR_CONFIG: string = `${ROOT}/deno.json`;

/** The config that takes stand-ins for the packages from this repository. */
export const OFFLINE_CONFIG: string = `${ROOT}/tools/offline/deno.json`;

/** Whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
