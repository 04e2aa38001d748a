/**
 * A temporary PostgreSQL server for one test, on a socket in its folder.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { TempDir } from "../support/temp.ts";
import { isRoot, POSTGRES_BIN } from "./machine.ts";
import { run, until } from "./program.ts";

/** The server refuses to run as root; Debian's package creates a user for it. */
const AS_SERVER = isRoot
  ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
  : [];

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

const OPTIONS = ["-c", "listen_addresses=", "-c", "fsync=off"];

/** A server with an empty database. */
export class Postgres implements AsyncDisposable {
  /** The environment variables by which clients connect. */
  readonly env: Record<string, string>;
  #path: string;
  #server: Deno.ChildProcess | undefined;

  private constructor(path: string) {
    this.#path = path;
    this.env = { PGHOST: path, PGUSER: "turns", PGDATABASE: "postgres" };
  }

  /** Creates a server in a test's folder and starts it. */
  static async create(dir: TempDir): Promise<Postgres> {
    const path = dir.file("postgres");
    Deno.mkdirSync(path);
    // Server and clients may be different users.
    for (const folder of [dir.path, path]) Deno.chmodSync(folder, 0o755);
    if (isRoot) await run(["chown", "postgres:", path]);
    const options = ["--auth=trust", "--encoding=UTF8", "--no-locale"];
    const created = await run([
      ...[...AS_SERVER, `${POSTGRES_BIN}/initdb`, "-D", `${path}/data`],
      ...["--username=turns", "--no-sync", ...options],
    ], { cwd: path });
    assertEquals(created.code, 0, created.stderr);
    const postgres = new Postgres(path);
    await postgres.start();
    return postgres;
  }

  /** Starts it again. */
  async start(): Promise<void> {
    const command = [
      ...[...AS_SERVER, `${POSTGRES_BIN}/postgres`, "-D", `${this.#path}/data`],
      ...["-k", this.#path, ...OPTIONS],
    ];
    this.#server = new Deno.Command(command[0], {
      args: command.slice(1),
      cwd: this.#path,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until(
      async () => (await this.query("SELECT 1")).code === 0,
      "PostgreSQL",
    );
  }

  /** Stops it, and disconnects all clients. */
  async stop(): Promise<void> {
    this.#server?.kill("SIGINT");
    await this.#server?.status;
    this.#server = undefined;
  }

  /** The result of a query as text; `code` is not 0 if it fails. */
  query(sql: string): Promise<{ code: number; stdout: string }> {
    return run(["psql", "-X", "-A", "-t", "-c", sql], { env: this.env });
  }

  /** The rows of the example's table, by id; none if the table is missing. */
  async turns(): Promise<Record<string, unknown>[]> {
    // Without the encoding psql leaves out U+10FFFF.
    const { stdout } = await this.query(
      `SELECT encode(convert_to(row_to_json(turns)::text, 'UTF8'), 'hex')
        FROM turns ORDER BY turn_id_glob`,
    );
    return stdout.split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(utf8.decode(Uint8Array.fromHex(line))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
