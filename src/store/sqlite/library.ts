/**
 * Hands the SQLite library that a compiled binary carries to the binding,
 * which wants a path (SPEC section 9: nothing is left where others could
 * meddle with it).
 *
 * @module
 */

import { Failure, messageOf } from "../../error.ts";
import { cString, libc } from "../../system/libc.ts";

/** The variable in which the binding looks for the library's path. */
const PATH_VARIABLE = "DENO_SQLITE_PATH";
/** The variable that makes the binding look elsewhere. */
const LOCAL_VARIABLE = "DENO_SQLITE_LOCAL";

/** The name under which the library is embedded on Linux. */
const LINUX_LIBRARY = "libsqlite3.so";

/** How much of it is copied at a time. */
const PIECE_BYTES = 64 * 1024;

/** What the system's loader says of a library that was built for a newer one. */
const NEWER_GLIBC = /version [`']GLIBC_[\d.]+' not found/;

/**
 * Imports modules that use the binding. It loads the library while its module
 * is evaluated, so the library is provided first.
 *
 * @throws {Failure} Where the library cannot be loaded.
 */
export async function withSqlite<T>(load: () => Promise<T>): Promise<T> {
  const release = provideSqlite();
  try {
    return await load();
  } catch (error) {
    // The binding's own message only says that the library could not be loaded.
    const reason = messageOf((error as Error).cause ?? error);
    throw new Failure(`cannot load SQLite: ${explain(reason)}`, {
      cause: error,
    });
  } finally {
    release();
  }
}

function explain(reason: string): string {
  if (!NEWER_GLIBC.test(reason)) {
    return `${reason}; make sure that memory and file descriptors (ulimit -n) are available`;
  }
  // The loader names one that is missing, not the newest.
  const isEmbedded = Deno.build.standalone;
  const version = newestGlibc(
    isEmbedded ? embedded(LINUX_LIBRARY, Deno.readFileSync) : reason,
  );
  return `this turn-counter needs glibc ${version} or newer, and this system has an older one; use a newer system, or compile turn-counter on this one`;
}

/** The newest version of glibc that is named in a library, or in a message. */
function newestGlibc(named: Uint8Array | string): string {
  const text = typeof named === "string"
    ? named
    : new TextDecoder("latin1").decode(named);
  const versions = [...text.matchAll(/GLIBC_(\d+)\.(\d+)/g)];
  const [newest] = versions.map(([, major, minor]) => [+major, +minor])
    .sort(([a, b], [c, d]) => c - a || d - b);
  return newest.join(".");
}

/**
 * Makes the embedded library loadable; must be called before the binding is
 * imported. Where the program is run from its sources it does nothing, and the
 * binding finds a library by its own means.
 *
 * @returns Call it once the binding has loaded the library, to leave nothing there.
 * @throws {Failure} Where the system will not lend a place for the library.
 */
function provideSqlite(): () => void {
  if (!Deno.build.standalone) return () => {};
  Deno.env.delete(LOCAL_VARIABLE);
  return Deno.build.os === "linux" ? throughMemory() : throughPrivateFolder();
}

/** Reads a file that is embedded in the binary. */
function embedded<T>(name: string, read: (url: URL) => T): T {
  // The bundle, of which this is a part then, is in a folder beside it.
  const url = new URL(`../${name}`, import.meta.url);
  try {
    return read(url);
  } catch (error) {
    // The runtime shows what is embedded as if it stood below TMPDIR.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Failure(
      `cannot load SQLite: programs may not read "${url.pathname}"; set TMPDIR to a directory outside /dev, /proc and /sys, which need not exist`,
    );
  }
}

/** Linux: an anonymous file in memory, which has no name that others could use. */
function throughMemory(): () => void {
  using library = embedded(LINUX_LIBRARY, (url) => Deno.openSync(url));
  const closeOnExec = 1;
  const fd = libc.memfd_create!(cString("sqlite3"), closeOnExec);
  // Fresh memory for all of it would take longer than the copy itself.
  const buffer = new Uint8Array(PIECE_BYTES);
  let size = library.readSync(buffer);
  while (size !== null) {
    for (let rest = buffer.subarray(0, size); rest.length > 0;) {
      const written = libc.write(fd, rest, BigInt(rest.length));
      if (written <= 0) {
        throw new Failure(
          "cannot load SQLite: the system has no memory for it, or no file descriptor; free some memory or raise ulimit -n, then start again",
        );
      }
      rest = rest.subarray(written);
    }
    size = library.readSync(buffer);
  }
  Deno.env.set(PATH_VARIABLE, `/proc/self/fd/${fd}`);
  return () => {
    libc.close(fd);
  };
}

/** Elsewhere: a fresh folder that only this user can enter, gone once loaded. */
function throughPrivateFolder(): () => void {
  const folder = Deno.makeTempDirSync({ prefix: "turn-counter-" });
  const path = `${folder}/libsqlite3.dylib`;
  const library = embedded("libsqlite3.dylib", Deno.readFileSync);
  Deno.writeFileSync(path, library, { mode: 0o600 });
  Deno.env.set(PATH_VARIABLE, path);
  return () => Deno.removeSync(folder, { recursive: true });
}
