/**
 * The SQLite library that goes into the binary: the one that is released with
 * `@db/sqlite`, or, where that is out of reach, the system's own.
 *
 * @module
 */

import type { Packages } from "./packages.ts";
import { BUILD_DIR, exists, LIBRARY } from "./paths.ts";
import { must } from "./run.ts";
import { BuildError, fallBack, messageOf, say } from "./say.ts";

/** How long the download of one library may take. */
const PATIENCE = 120_000;

/** Puts the library in its place and gives its path. */
export async function provideLibrary(packages: Packages): Promise<string> {
  await Deno.mkdir(BUILD_DIR, { recursive: true });
  const source = await released(packages.sqliteVersion) ??
    await installed(systemPlaces()) ?? await fromDebian();
  say(`using the SQLite library ${source}`);
  await replace(LIBRARY, await Deno.readFile(source));
  return LIBRARY;
}

/** The name that the library for this machine has in a release of `@db/sqlite`. */
export function assetName(os: string, arch: string): string {
  const suffix = arch === "x86_64" ? "" : `_${arch}`;
  return `libsqlite3${suffix}.${os === "darwin" ? "dylib" : "so"}`;
}

/** The library of the release of `@db/sqlite`, kept under its version's name. */
async function released(version: string | null): Promise<string | null> {
  // With the stand-ins there is no release to agree with.
  if (version === null) return null;
  const asset = assetName(Deno.build.os, Deno.build.arch);
  const path = `${BUILD_DIR}/sqlite-${version}-${asset}`;
  if (await exists(path)) return path;
  const url =
    `https://github.com/denodrivers/sqlite3/releases/download/${version}/${asset}`;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) throw new Error(`the answer was ${response.status}`);
    await replace(path, await response.bytes());
    return path;
  } catch (error) {
    fallBack(
      `looking for SQLite on this system, as ${url} is not available (${
        messageOf(error)
      })`,
    );
    return null;
  }
}

/** Where systems keep the library, most specific first. */
function systemPlaces(): string[] {
  if (Deno.build.os === "darwin") {
    // The system's own is not a file there, Homebrew's is.
    return ["/opt/homebrew/opt/sqlite/lib", "/usr/local/opt/sqlite/lib"]
      .map((folder) => `${folder}/libsqlite3.dylib`);
  }
  const multiarch = `${Deno.build.arch}-linux-gnu`;
  return [
    `/usr/lib/${multiarch}`,
    `/lib/${multiarch}`,
    "/usr/lib64",
    "/lib64",
    "/usr/lib",
    "/lib",
  ].map((folder) => `${folder}/libsqlite3.so.0`);
}

/** The first of some paths that is there. */
async function installed(
  places: readonly string[],
): Promise<string | null> {
  for (const path of places) if (await exists(path)) return path;
  return null;
}

/** The library out of Debian's package, unpacked without installing it. */
async function fromDebian(): Promise<string> {
  const folder = `${BUILD_DIR}/libsqlite3-0`;
  await Deno.mkdir(folder, { recursive: true });
  const places = [
    `usr/lib/${Deno.build.arch}-linux-gnu/libsqlite3.so.0`,
    `lib/${Deno.build.arch}-linux-gnu/libsqlite3.so.0`,
  ].map((path) => `${folder}/${path}`);
  const kept = await installed(places);
  if (kept !== null) return kept;
  try {
    const download = () =>
      must("apt-get", ["download", "libsqlite3-0"], { cwd: folder });
    try {
      await download();
    } catch {
      // The lists of packages may be missing or old; only root can fetch them.
      await must("apt-get", ["update"]);
      await download();
    }
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".deb")) continue;
      await must("dpkg-deb", ["-x", name, "."], { cwd: folder });
    }
  } catch (error) {
    throw new BuildError(
      `Cannot find the SQLite library; install it (on Debian and Ubuntu the package libsqlite3-0) and try again: ${
        messageOf(error)
      }`,
    );
  }
  const unpacked = await installed(places);
  if (unpacked === null) {
    throw new BuildError(
      `Cannot find libsqlite3.so.0 in Debian's package libsqlite3-0, unpacked in "${folder}"; install the package and try again`,
    );
  }
  return unpacked;
}

/**
 * Writes a file in one step, and not at all if it is the same already: another
 * task may be using it.
 */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const old = await Deno.readFile(path);
    if (
      old.length === bytes.length && old.every((byte, i) => byte === bytes[i])
    ) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const fresh = `${path}.${Deno.pid}`;
  await Deno.writeFile(fresh, bytes);
  await Deno.rename(fresh, path);
}
