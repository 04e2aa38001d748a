/**
 * A temporary PostgreSQL server, on a socket in a folder of its own.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { BUILD_DIR, exists } from "../../tools/build/paths.ts";
import { run, until } from "./process.ts";

/** The folder of the newest PostgreSQL server on Debian. */
export const POSTGRES_BIN: string | undefined = findPostgres();

function findPostgres(): string | undefined {
  const all = "/usr/lib/postgresql";
  try {
    const versions = [...Deno.readDirSync(all)].map(({ name }) => +name);
    const bin = `${all}/${Math.max(...versions)}/bin`;
    Deno.statSync(`${bin}/initdb`);
    return bin;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The data of a server without tables, kept for the next run of the tests. */
const EMPTY = `${BUILD_DIR}/postgresql-${POSTGRES_BIN?.split("/").at(-2)}`;

/** Copies a folder with its owners and modes. */
async function copy(from: string, to: string): Promise<void> {
  const { code, stderr } = await run(["cp", "-a", from, to]);
  assertEquals(code, 0, stderr);
}

/** The server refuses to run as root; Debian's package creates a user for it. */
const OTHER_USER = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];

/** It ends with the tests, whatever ends them. */
const WITH_PARENT = ["setpriv", "--pdeathsig=QUIT"];

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The settings of a server, by their names. */
export type Settings = Record<string, string>;

/** A server with an empty database. */
export class Postgres implements AsyncDisposable {
  /** The environment variables by which clients connect. */
  readonly env: Record<string, string>;
  /** The folder of its socket and its data. */
  readonly path: string;
  #settings: Settings;
  #command: readonly string[];
  #server: Deno.ChildProcess | undefined;

  #data: string;

  private constructor(
    path: string,
    isRoot: boolean,
    settings: Settings,
    data = `${path}/data`,
  ) {
    this.path = path;
    this.#data = data;
    this.#settings = { listen_addresses: "", fsync: "off", ...settings };
    this.#command = [...WITH_PARENT, ...isRoot ? OTHER_USER : []];
    this.env = {
      ...{ PGHOST: path, PGUSER: "turns", PGDATABASE: "postgres" },
      // The client itself, not the script by which Debian chooses its version.
      PATH: `${POSTGRES_BIN}:${Deno.env.get("PATH")}`,
    };
  }

  /**
   * Creates a server in a folder of a test and starts it.
   *
   * @param name The name of its folder.
   * @param wrapper A command that starts the server, whose words follow.
   */
  static async create(
    dir: { readonly path: string },
    settings: Settings = {},
    name = "postgres",
    wrapper: readonly string[] = [],
  ): Promise<Postgres> {
    const path = `${dir.path}/${name}`;
    Deno.mkdirSync(path);
    // Server and clients may be different users.
    for (const folder of [dir.path, path]) Deno.chmodSync(folder, 0o755);
    const isRoot = (await run(["id", "-u"])).stdout.trim() === "0";
    if (isRoot) await run(["chown", "postgres:", path]);
    const postgres = new Postgres(path, isRoot, settings);
    await postgres.#fill();
    postgres.#command = [...wrapper, ...postgres.#command];
    await postgres.start();
    return postgres;
  }

  /** Starts a server on a copy of another's data, with a socket of its own. */
  static async startCopy(
    dir: { readonly path: string },
    data: string,
  ): Promise<Postgres> {
    const path = `${dir.path}/copy`;
    Deno.mkdirSync(path);
    const isRoot = (await run(["id", "-u"])).stdout.trim() === "0";
    if (isRoot) await run(["chown", "postgres:", path]);
    const postgres = new Postgres(path, isRoot, {}, data);
    await postgres.start();
    return postgres;
  }

  /** Copies the data of an empty server, which the first one makes for all. */
  async #fill(): Promise<void> {
    if (await exists(EMPTY)) return await copy(EMPTY, this.#data);
    const options = ["--auth=trust", "--encoding=UTF8", "--no-locale"];
    await this.tool("initdb", [
      ...["-D", this.#data, "--username=turns", "--no-sync", ...options],
    ]);
    const part = await Deno.makeTempDir({ dir: BUILD_DIR });
    await copy(this.#data, `${part}/data`);
    // Where another test was faster, this copy is not needed.
    await run(["mv", "-T", `${part}/data`, EMPTY]);
    await Deno.remove(part, { recursive: true });
  }

  /** Runs one of the programs of the server. */
  async tool(name: string, args: string[]): Promise<void> {
    const command = [...this.#command, `${POSTGRES_BIN}/${name}`, ...args];
    const ended = await run(command, { cwd: this.path });
    assertEquals(ended.code, 0, ended.stderr);
  }

  /** Starts it again. */
  async start(settings: Settings = {}): Promise<void> {
    Object.assign(this.#settings, settings);
    const options = Object.entries(this.#settings).flatMap((setting) => [
      ...["-c", setting.join("=")],
    ]);
    const [command, ...args] = [
      ...[...this.#command, `${POSTGRES_BIN}/postgres`],
      ...["-D", this.#data, "-k", this.path, ...options],
    ];
    this.#server = new Deno.Command(command, {
      args,
      cwd: this.path,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until(
      async () => (await this.query("SELECT 1")).code === 0,
      "PostgreSQL",
    );
  }

  /** The id of its first process. */
  get pid(): number {
    return this.#server!.pid;
  }

  /** Stops it, and disconnects all clients. */
  async stop(signal: Deno.Signal = "SIGINT"): Promise<void> {
    this.#server?.kill(signal);
    await this.#server?.status;
    this.#server = undefined;
  }

  /** Kills its first process, so that the others end and the memory is lost. */
  async kill(): Promise<void> {
    await this.stop("SIGKILL");
  }

  /** Ends it when the tests of a module end, which can wait for nothing then. */
  endNow(): void {
    this.#server?.kill("SIGQUIT");
  }

  /** An address of a database, or of a schema in it. */
  url(schema?: string, database = "postgres"): string {
    const host = encodeURIComponent(this.path);
    const options = schema === undefined
      ? ""
      : `&options=-csearch_path%3D${schema}`;
    return `postgres://turns@/${database}?host=${host}${options}`;
  }

  /** The result of a query as text; `code` is not 0 if it fails. */
  query(sql: string): Promise<{ code: number; stdout: string }> {
    return run(["psql", "-X", "-A", "-t", "-c", sql], { env: this.env });
  }

  /** The rows of a table of turns, by id; none if the table is missing. */
  async turns(table = "turns"): Promise<Record<string, unknown>[]> {
    // Without the encoding psql leaves out U+10FFFF.
    const { stdout } = await this.query(
      `SELECT encode(convert_to(row_to_json(turns)::text, 'UTF8'), 'hex')
        FROM ${table} AS turns ORDER BY turn_id_glob`,
    );
    return stdout.split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(utf8.decode(Uint8Array.fromHex(line))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
