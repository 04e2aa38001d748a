/**
 * Hands the SQLite library that a compiled binary carries to the binding,
 * which wants a path (SPEC section 9: nothing is left where others could
 * meddle with it).
 *
 * @module
 */

import { Failure } from "../../error.ts";

/** The variable in which the binding looks for the library's path. */
const PATH_VARIABLE = "DENO_SQLITE_PATH";
/** The variable that makes the binding look elsewhere. */
const LOCAL_VARIABLE = "DENO_SQLITE_LOCAL";

/**
 * Makes the embedded library loadable; must be called before the binding is
 * imported. Where the program is run from its sources it does nothing, and the
 * binding finds a library by its own means.
 *
 * @returns Call it once the binding has loaded the library, to leave nothing there.
 * @throws {Failure} Where the system will not lend a place for the library.
 */
export function provideSqlite(): () => void {
  if (!Deno.build.standalone) return () => {};
  Deno.env.delete(LOCAL_VARIABLE);
  return Deno.build.os === "linux" ? throughMemory() : throughPrivateFolder();
}

function embedded(name: string): Uint8Array<ArrayBuffer> {
  const url = new URL(`../../../tools/.build/${name}`, import.meta.url);
  try {
    return Deno.readFileSync(url);
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
  const library = embedded("libsqlite3.so");
  const libc = Deno.dlopen("libc.so.6", {
    memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { memfd_create, write, close } = libc.symbols;
  const closeOnExec = 1;
  const fd = memfd_create(new TextEncoder().encode("sqlite3\0"), closeOnExec);
  let done = 0;
  while (fd >= 0 && done < library.length) {
    const rest = library.subarray(done);
    const written = Number(write(fd, rest, BigInt(rest.length)));
    if (written <= 0) break;
    done += written;
  }
  if (done < library.length) {
    throw new Failure(
      "cannot load SQLite: the system has no memory for it, or no file descriptor; free some memory or raise ulimit -n, then start again",
    );
  }
  Deno.env.set(PATH_VARIABLE, `/proc/self/fd/${fd}`);
  return () => {
    close(fd);
    libc.close();
  };
}

/** Elsewhere: a fresh folder that only this user can enter, gone once loaded. */
function throughPrivateFolder(): () => void {
  const folder = Deno.makeTempDirSync({ prefix: "turn-counter-" });
  const path = `${folder}/libsqlite3.dylib`;
  Deno.writeFileSync(path, embedded("libsqlite3.dylib"), { mode: 0o600 });
  Deno.env.set(PATH_VARIABLE, path);
  return () => Deno.removeSync(folder, { recursive: true });
}
