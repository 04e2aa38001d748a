/**
 * How a connection is set up, and what its server must offer (SPEC section 11).
 *
 * @module
 */

import { Failure } from "../../error.ts";
import type { Synchronous } from "../options.ts";
import { ServerError } from "./answer.ts";
import { connect } from "./connect.ts";
import { Connection } from "./connection.ts";
import { writerLockSql } from "./locks.ts";

/** The oldest server, as `server_version_num` counts. */
const OLDEST_VERSION = 13_00_00;

/**
 * What keeps a program from waiting long for a server that is gone. People may
 * set all of these in the address.
 */
const DEFAULTS = {
  ...{ connect_timeout: "5", tcp_user_timeout: "8000" },
  ...{ keepalives_idle: "5", keepalives_interval: "2", keepalives_count: "3" },
};

const FORCED = {
  client_encoding: "UTF8",
  fallback_application_name: "turn-counter",
};

/**
 * The server is to forget a program that is gone, or stopped, in seconds: others
 * wait for its locks.
 */
const SETTINGS = `SET client_min_messages = error;
  SET standard_conforming_strings = on; SET jit = off;
  SET statement_timeout = 0; SET lock_timeout = 0;
  SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;
  SET tcp_keepalives_count = 3; SET tcp_user_timeout = 8000`;

/**
 * No statement may read a table from end to end, also where the server does not
 * know yet how large it is. To plan the two large ones takes longer than to run
 * them for a few events.
 */
const WRITER_SETTINGS = `SET idle_in_transaction_session_timeout = 10000;
  SET enable_seqscan = off; SET enable_hashjoin = off;
  SET enable_mergejoin = off; SET enable_bitmapscan = off;
  SET plan_cache_mode = force_generic_plan;`;

/** PostgreSQL 14 and newer, and not on each system. */
const CHECK_CLIENT = "SET client_connection_check_interval = 2000";

const INQUIRY = `SELECT json_build_array(
  current_setting('server_version_num')::integer,
  current_setting('server_encoding'), quote_ident(current_schema()),
  pg_backend_pid(), (SELECT backend_start::text FROM pg_stat_activity
    WHERE pid = pg_backend_pid()))`;

/** The `synchronous_commit` of each durability. */
const DURABILITY: Record<Synchronous, string> = {
  full: "on",
  // Durable on the server's own disk, but not on its standbys.
  normal: "local",
  off: "off",
};

/** A connection that is set up. */
export interface Session {
  connection: Connection;
  /** The schema in which the tables are, quoted. */
  schema: string;
  /** The SQL that waits until no other program writes there. */
  writerLock: string;
  /** The process of the server, and since when it runs. */
  server: ServerProcess;
}

/** What distinguishes a process of a server from those before and after it. */
export type ServerProcess = [pid: number, begun: string];

/**
 * Connects to write.
 *
 * @param name The database, as messages name it.
 * @throws {Failure} Where the server cannot be used.
 * @throws As {@linkcode connect} and {@linkcode Connection.run} do.
 */
export async function openWriter(
  address: string,
  name: string,
  synchronous: Synchronous,
): Promise<Session> {
  const defaults = { ...DEFAULTS, target_session_attrs: "read-write" };
  const handle = await connect(address, {
    ...{ defaults, forced: FORCED },
  });
  return setUp(new Connection(handle), name, (connection, version) => {
    connection.all(
      `${WRITER_SETTINGS}
      SET synchronous_commit = ${DURABILITY[synchronous]}`,
    );
    if (version >= 14_00_00) trySetting(connection, CHECK_CLIENT);
  });
}

/**
 * Connects to read; a standby will do.
 *
 * @throws As {@linkcode openWriter} does.
 */
export async function openReader(
  address: string,
  name: string,
): Promise<Session> {
  const handle = await connect(address, {
    ...{ defaults: DEFAULTS, forced: FORCED },
  });
  return setUp(new Connection(handle), name, () => {});
}

function setUp(
  connection: Connection,
  name: string,
  more: (connection: Connection, version: number) => void,
): Session {
  try {
    const { rows } = connection.all(SETTINGS, [INQUIRY, []]);
    const [[version, encoding, schema, ...server]] = rows as [
      [number, string, string | null, ...ServerProcess],
    ];
    const named = `database ${JSON.stringify(name)}`;
    if (version < OLDEST_VERSION) {
      throw new Failure(
        `${named} is in PostgreSQL ${
          Math.floor(version / 10_000)
        }, and turn-counter needs 13 or newer; name another server with --db`,
      );
    }
    if (encoding !== "UTF8") {
      throw new Failure(
        `${named} has the encoding ${encoding}, which cannot hold each text; create one with ENCODING 'UTF8', and name it with --db`,
      );
    }
    if (schema === null) {
      throw new Failure(
        `${named} has no schema on the search path of this role; create one (CREATE SCHEMA turns), or name it in the address (options=-csearch_path%3Dturns)`,
      );
    }
    more(connection, version);
    return { connection, schema, writerLock: writerLockSql(schema), server };
  } catch (error) {
    connection[Symbol.dispose]();
    throw error;
  }
}

/** Sets what not each server accepts. */
function trySetting(connection: Connection, sql: string): void {
  try {
    connection.all(sql);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
  }
}
