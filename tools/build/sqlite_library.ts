/**
 * Provides the SQLite library to embed: the one that `sqlite.sh` made, else the
 * one of the `@db/sqlite` release, or, if that cannot be downloaded or does not
 * load on this system, the system's own.
 *
 * @module
 */

import type { Packages } from "./packages.ts";
import { BUILD_DIR, exists, LIBRARY, OWN_LIBRARY } from "./paths.ts";
import { capture, must } from "./run.ts";
import { BuildError, fallBack, messageOf, say } from "./say.ts";

/** How long a download may take, in milliseconds. */
const PATIENCE = 120_000;

/** Writes the library to its place, and returns its path. */
export async function provideLibrary(packages: Packages): Promise<string> {
  await Deno.mkdir(BUILD_DIR, { recursive: true });
  const { path, version } = await firstThatLoads(candidates(packages));
  say(`using the SQLite library ${path}, which is SQLite ${version}`);
  await replace(LIBRARY, await Deno.readFile(path));
  return LIBRARY;
}

/** Each is looked for only if those before it do not load. */
async function* candidates(packages: Packages): AsyncGenerator<string> {
  if (await exists(OWN_LIBRARY)) yield OWN_LIBRARY;
  const download = await released(packages.sqliteVersion);
  if (download !== null) yield download;
  for (const path of systemPlaces()) if (await exists(path)) yield path;
  yield await fromDebian();
}

/**
 * The first library that this system can load, which may lack what it was built
 * on, and its version of SQLite.
 *
 * @throws {BuildError} If there is none, or it may not be another than the first.
 */
export async function firstThatLoads(
  paths: AsyncIterable<string> | Iterable<string>,
): Promise<{ path: string; version: string }> {
  for await (const path of paths) {
    const { success, stdout, stderr } = await capture(
      Deno.execPath(),
      ["eval", "--no-config", LOAD, path],
      { env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } },
    );
    if (success) return { path, version: stdout.trim() };
    const [reason] = stderr.replace(/^error: Uncaught /, "").split("\n");
    fallBack(`not using the SQLite library ${path} (${reason})`);
  }
  throw new BuildError(
    "Cannot find a SQLite library that loads; install one (on Debian and Ubuntu the package libsqlite3-0) and try again",
  );
}

/** In a process of its own, since a library cannot be unloaded for certain. */
const LOAD = `const { symbols } = Deno.dlopen(Deno.args[0], {
    sqlite3_libversion: { parameters: [], result: "pointer" },
  });
  const version = symbols.sqlite3_libversion();
  console.log(new Deno.UnsafePointerView(version).getCString());`;

/** The name of the library for a machine in a release of `@db/sqlite`. */
export function assetName(os: string, arch: string): string {
  const suffix = arch === "x86_64" ? "" : `_${arch}`;
  return `libsqlite3${suffix}.${os === "darwin" ? "dylib" : "so"}`;
}

/** The library of the `@db/sqlite` release, cached by version. */
async function released(version: string | null): Promise<string | null> {
  // The stand-ins have no release.
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

/** The paths of the library on different systems, most specific first. */
function systemPlaces(): string[] {
  if (Deno.build.os === "darwin") {
    // Homebrew's, since the system's own is not a file on macOS.
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

/** The first path that exists. */
async function installed(
  places: readonly string[],
): Promise<string | null> {
  for (const path of places) if (await exists(path)) return path;
  return null;
}

/** The library from Debian's package, extracted without installing it. */
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
      // The package lists may be missing or old; only root can update them.
      await must("apt-get", ["update"]);
      await download();
    }
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".deb")) continue;
      await must("dpkg-deb", ["-x", name, "."], { cwd: folder });
    }
  } catch (error) {
    throw new BuildError(
      `Cannot find the SQLite library; install it (on Debian and Ubuntu the package libsqlite3-0) and retry: ${
        messageOf(error)
      }`,
    );
  }
  const unpacked = await installed(places);
  if (unpacked === null) {
    throw new BuildError(
      `Cannot find libsqlite3.so.0 in Debian's package libsqlite3-0, extracted to "${folder}"; install the package and retry`,
    );
  }
  return unpacked;
}

/**
 * Replaces a file atomically, and only if its content differs, as another task
 * may be using it.
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
