/**
 * The database engines, and temporary databases of each for tests.
 *
 * @module
 */

import { libpq } from "../../src/store/postgres/libpq.ts";
import { contents, query, records } from "./database.ts";
import { Postgres, POSTGRES_BIN } from "./postgres.ts";
import { TempDir } from "./temp.ts";

/** A temporary database for one store. */
export interface Place extends Disposable {
  /** The path or URL for `openStore`. */
  readonly address: string;
  /** Runs a query on a connection of its own. */
  rows(sql: string): unknown[][];
  /** All that it holds, in an order of its own, for comparisons. */
  contents(): Record<string, unknown[][]>;
  /** The records of its turns, by id. */
  records(): Record<string, unknown>[];
}

/** A kind of database. */
export interface Engine {
  name: string;
  place(): Place;
  /** A text as a row of it holds it. */
  stored(text: string): string;
  /** How many seeds a property is checked with, of those for the fastest engine. */
  seeds(count: number): number;
}

class SqliteFile implements Place {
  #dir = new TempDir();
  readonly address = this.#dir.file("turns.db");

  rows(sql: string): unknown[][] {
    return query(this.address, sql);
  }

  contents(): Record<string, unknown[][]> {
    return contents(this.address);
  }

  records(): Record<string, unknown>[] {
    return records(this.address);
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }
}

const RECORD = `SELECT turn_id_glob, sid, pid, session_turn, session_pid_turn,
  status, user_text, assistant_text, start_time, end_time, duration_ms,
  original_turn_id, pid_mismatch, agent, cwd, outcome, outcome_reason,
  outcome_time FROM turns ORDER BY turn_id_glob`;

const TABLES: Record<string, string> = {
  turns: "SELECT * FROM turns ORDER BY turn_id_glob",
  session_counters: "SELECT * FROM session_counters ORDER BY sid, pid",
  sessions: "SELECT * FROM sessions ORDER BY sid",
  answers: "SELECT * FROM answers ORDER BY dedup_hash",
  minted: "SELECT * FROM minted",
};

let schemas = 0;

/** A schema of a server. */
export class PostgresSchema implements Place {
  readonly server: Postgres;
  #schema = `place_${++schemas}`;
  readonly address: string;

  constructor(server: Postgres) {
    this.server = server;
    this.address = server.url(this.#schema);
    this.#run(`CREATE SCHEMA ${this.#schema}`);
  }

  /** Changes it on a connection of its own. */
  change(sql: string): void {
    this.#run(`SET search_path = ${this.#schema}; ${sql}`);
  }

  rows(sql: string): unknown[][] {
    return this.#objects(sql).map((row) => Object.values(row));
  }

  contents(): Record<string, unknown[][]> {
    const tables = Object.entries(TABLES).map(([name, sql]) =>
      `(SELECT coalesce(json_agg(q), '[]') FROM (${sql}) AS q) AS ${name}`
    );
    const [all] = this.#objects(`SELECT ${tables.join(", ")}`);
    return Object.fromEntries(
      Object.entries(all as Record<string, Record<string, unknown>[]>)
        .map(([name, rows]) => [name, rows.map((row) => Object.values(row))]),
    );
  }

  records(): Record<string, unknown>[] {
    return this.#objects(RECORD);
  }

  /** It is gone with its server. */
  [Symbol.dispose](): void {}

  #objects(sql: string): Record<string, unknown>[] {
    // As hex, since psql leaves out some characters.
    const hex = this.#run(`SET search_path = ${this.#schema};
      SELECT encode(convert_to(coalesce(json_agg(q), '[]')::text, 'UTF8'), 'hex')
        FROM (${sql}) AS q`);
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromHex(hex.trim())));
  }

  #run(sql: string): string {
    const { success, stdout, stderr } = new Deno.Command("psql", {
      args: ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql],
      env: { ...this.server.env, PGOPTIONS: "-c client_min_messages=error" },
    }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }
}

const SQLITE: Engine = {
  name: "SQLite",
  place: () => new SqliteFile(),
  stored: (text) => text,
  seeds: (count) => count,
};

/** Starts a server that ends with the tests of the module. */
async function startPostgres(): Promise<Postgres> {
  const dir = new TempDir();
  const server = await Postgres.create(dir);
  // It is never unloaded, so that no test may be the first to load it.
  libpq();
  globalThis.addEventListener("unload", () => {
    server.endNow();
    dir[Symbol.dispose]();
  });
  return server;
}

const server = POSTGRES_BIN === undefined ? undefined : await startPostgres();

const POSTGRES: Engine = {
  name: "PostgreSQL",
  place: () => new PostgresSchema(server!),
  stored: (text) => text.replaceAll("\0", "\uFFFD"),
  seeds: (count) => Math.ceil(count / 5),
};

const SKIPPED = "(skipped: there is no PostgreSQL server)";

/** Tests one sentence on each engine. */
export function testEngines(
  name: (engine: string) => string,
  test: (engine: Engine) => void | Promise<void>,
): void {
  Deno.test(name(SQLITE.name), () => test(SQLITE));
  onPostgres(name(POSTGRES.name), () => test(POSTGRES));
}

/** A test that needs a schema of a PostgreSQL server. */
export function testSchema(
  name: string,
  test: (schema: PostgresSchema) => void | Promise<void>,
): void {
  onPostgres(name, async () => {
    using schema = new PostgresSchema(server!);
    await test(schema);
  });
}

function onPostgres(name: string, fn: () => void | Promise<void>): void {
  const ignore = server === undefined;
  Deno.test({ name: ignore ? `${name} ${SKIPPED}` : name, ignore, fn });
}
