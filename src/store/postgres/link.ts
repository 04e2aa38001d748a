/**
 * The connection of a store, which is replaced when it is lost.
 *
 * @module
 */

import { Stopped } from "../../error.ts";
import { ConnectionLost } from "./connection.ts";
import type { Session } from "./session.ts";

/** Keeps a connection open. */
export class Link implements Disposable {
  #open: () => Promise<Session>;
  #session: Session | undefined;

  /** @param open Connects, and prepares what the connection is used for. */
  constructor(open: () => Promise<Session>) {
    this.#open = open;
  }

  /**
   * The connection; connects if there is none.
   *
   * @param signal Ends the wait for the server.
   * @throws {Stopped} Where the signal came.
   * @throws As {@linkcode Connection.open} does, and what prepares it.
   */
  async connect(signal?: AbortSignal): Promise<Session> {
    if (this.#session?.connection.isOpen !== true) {
      this.#session = await unlessAborted(this.#open(), signal);
    }
    return this.#session;
  }

  /**
   * What {@linkcode connect} returned.
   *
   * @throws {ConnectionLost} Where the connection is lost.
   */
  get session(): Session {
    if (this.#session?.connection.isOpen !== true) {
      throw new ConnectionLost("the connection was lost");
    }
    return this.#session;
  }

  /** Gives the connection up, so that the server undoes what is not committed. */
  drop(): void {
    this.#session?.connection[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new Stopped());
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
