/**
 * A PostgreSQL server of Debian's for the benchmark, on a socket in a folder.
 *
 * @module
 */

import { output } from "./measure.ts";

const SERVERS = "/usr/lib/postgresql";

/** The folder of the newest server's programs; `null` where there is none. */
function findServer(): string | null {
  try {
    const versions = [...Deno.readDirSync(SERVERS)].map(({ name }) => +name);
    return `${SERVERS}/${Math.max(...versions)}/bin`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** A running server with its default settings. */
export class BenchServer implements AsyncDisposable {
  #path: string;
  #command: (...words: string[]) => string[];

  private constructor(
    path: string,
    command: (...words: string[]) => string[],
  ) {
    this.#path = path;
    this.#command = command;
  }

  /**
   * Starts one.
   *
   * @returns `null` where no server is installed.
   */
  static async start(folder: string): Promise<BenchServer | null> {
    const bin = findServer();
    if (bin === null) return null;
    const path = await Deno.makeTempDir({ dir: folder });
    const isRoot = (await output(["id", "-u"])).trim() === "0";
    // The server refuses to run as root.
    const user = isRoot
      ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
      : [];
    await Deno.chmod(folder, 0o755);
    if (isRoot) await output(["chown", "postgres:", path]);
    const command = (name: string, ...words: string[]) => [
      ...[...user, `${bin}/${name}`, "-D", `${path}/data`, ...words],
    ];
    const server = new BenchServer(path, command);
    await output(command(
      ...["initdb", "--username=turns", "--auth=trust"],
      ...["--encoding=UTF8", "--no-locale"],
    ));
    const options = `-c listen_addresses= -k ${path}`;
    const log = `${path}/log`;
    await output(command("pg_ctl", "start", "-w", "-l", log, "-o", options));
    return server;
  }

  /** The address of its database. */
  get url(): string {
    return `postgres://turns@/postgres?host=${encodeURIComponent(this.#path)}`;
  }

  /** Empties it. */
  async clear(): Promise<void> {
    const sql = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
    const options = ["-X", "-q", "-h", this.#path, "-U", "turns"];
    await output([
      ...["env", "PGOPTIONS=-c client_min_messages=error", "psql", ...options],
      ...["-d", "postgres", "-c", sql],
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await output(this.#command("pg_ctl", "stop", "-w", "-m", "fast"));
  }
}
