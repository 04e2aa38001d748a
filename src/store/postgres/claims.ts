/**
 * The claims of followed files: by host and path, since two machines may follow
 * files of the same path (SPEC section 11).
 *
 * @module
 */

import { Failure } from "../../error.ts";
import { block, delay } from "../../system/event_loop.ts";
import { claimKey } from "./locks.ts";
import type { ServerProcess, Session } from "./session.ts";

const LOCK = "SELECT json_build_array(pg_try_advisory_lock($1))";
/** Only processes of the same role can be ended. */
const END = `SELECT json_build_array(pg_terminate_backend(pid))
  FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz`;

/** How long to wait for the end of a process of the server, in milliseconds. */
const MOST_WAIT_MS = 10_000;
/**
 * The same at the start, where nothing else can run meanwhile: a program that was
 * killed may be started again sooner than the server notices its end.
 */
const MOST_WAIT_AT_START_MS = 2000;
const RETRY_MS = 50;

/** What a program has claimed; locks of its connection keep others from it. */
export class Claims {
  /** The database, as messages name it. */
  #name: string;
  /** The name of this machine. */
  readonly host: string;
  #paths = new Set<string>();
  /** The process of the server that holds the locks. */
  #holder: ServerProcess | undefined;

  constructor(name: string, host: string) {
    this.#name = name;
    this.host = host;
  }

  /** @throws {Failure} Where another program has claimed the file. */
  add(session: Session, path: string): void {
    const deadline = performance.now() + MOST_WAIT_AT_START_MS;
    while (!this.#lock(session, path)) {
      if (performance.now() > deadline) throw this.#refusal(path);
      block(RETRY_MS);
    }
    this.#paths.add(path);
    this.#holder = session.server;
  }

  /**
   * Claims the same files on another connection. The server may not know yet
   * that the one before is lost.
   *
   * @throws {Failure} Where another program was faster.
   */
  async renew(session: Session): Promise<void> {
    if (this.#paths.size === 0) return;
    session.connection.run(END, this.#holder!);
    const deadline = performance.now() + MOST_WAIT_MS;
    for (const path of this.#paths) {
      while (!this.#lock(session, path)) {
        if (performance.now() > deadline) throw this.#refusal(path);
        await delay(RETRY_MS);
      }
    }
    this.#holder = session.server;
  }

  #lock({ connection, schema }: Session, path: string): boolean {
    const key = claimKey(schema, this.host, path);
    return connection.run(LOCK, [key])[0][0] === true;
  }

  #refusal(path: string): Failure {
    return new Failure(
      `${
        JSON.stringify(path)
      } is being followed on host ${this.host} into database ${
        JSON.stringify(this.#name)
      } already; stop the program that does, or name another database with --db`,
    );
  }
}
