/**
 * The paths of the build.
 *
 * @module
 */

/** The root of the repository. */
export const ROOT: string = import.meta.dirname!.replace(/\/tools\/build$/, "");

/** The program's entry. */
export const MAIN: string = `${ROOT}/main.ts`;

/** The binary that `compile` writes. */
export const BINARY: string = `${ROOT}/turn-counter`;

/** The files that the build downloads or creates; never committed. */
export const BUILD_DIR: string = `${ROOT}/tools/.build`;

/**
 * The bundle to compile. The program looks for the library in the folder above.
 */
export const BUNDLE: string = `${BUILD_DIR}/bundle`;

/** The SQLite library to embed, under the name that the program expects. */
export const LIBRARY: string = `${BUILD_DIR}/libsqlite3.${
  Deno.build.os === "darwin" ? "dylib" : "so"
}`;

/** The SQLite library that `tools/build/sqlite.sh` made, if it was run. */
export const OWN_LIBRARY: string = LIBRARY.replace(/[^/]+$/, "sqlite/$&");

/** The config with the packages from JSR. */
export const JSR_CONFIG: string = `${ROOT}/deno.json`;

/** The config with the stand-ins in this repository. */
export const OFFLINE_CONFIG: string = `${ROOT}/tools/offline/deno.json`;

/** Whether a file or folder exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
