/**
 * The connection of a store, which is replaced when it is lost.
 *
 * @module
 */

import { Stopped } from "../../error.ts";
import { ConnectionLost } from "./answer.ts";
import { causeOf, isPassing, storeFailure } from "./failure.ts";
import { Outage, type Patience } from "./outage.ts";
import type { Session } from "./session.ts";

/** Keeps a connection open, and does one thing after the other with it. */
export class Link implements Disposable {
  /** The database, as messages name it. */
  readonly name: string;
  #open: () => Promise<Session>;
  #patience: Patience;
  #outage: Outage;
  #session: Session | undefined;
  /** Whatever was begun last; what follows waits for it. */
  #last: Promise<unknown> = Promise.resolve();
  #waitStart: number | undefined;

  /** @param open Connects, and prepares what the connection is used for. */
  constructor(
    name: string,
    open: () => Promise<Session>,
    patience: Patience,
  ) {
    this.name = name;
    this.#open = open;
    this.#patience = patience;
    this.#outage = new Outage(name, patience);
  }

  /** How long it has been waiting for the server or for other writers, in milliseconds. */
  get waitedMs(): number {
    return this.#waitStart === undefined
      ? 0
      : performance.now() - this.#waitStart;
  }

  /** Notes that there is nothing to wait for any more. */
  endWait(): void {
    this.#waitStart = undefined;
  }

  /**
   * Connects for the first time.
   *
   * @throws {Failure} Where that is not possible.
   * @throws {Stopped} Where a signal ended the wait for the server.
   */
  async connect(): Promise<void> {
    await this.#persist(() => {}, this.#patience.signal);
  }

  /**
   * Waits for what was begun before, then for the server, and repeats what fails
   * for a reason that passes, as long as there is patience.
   *
   * @throws {Failure} Where it fails for another one.
   */
  run<T>(attempt: (session: Session) => T | Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#persist(attempt));
    this.#last = result.catch(() => {});
    return result;
  }

  /**
   * The connection.
   *
   * @throws {ConnectionLost} Where it is lost.
   */
  get session(): Session {
    if (this.#session?.connection.isOpen !== true) {
      throw new ConnectionLost("the connection was lost");
    }
    return this.#session;
  }

  /** Gives the connection up, so that the server undoes what is not committed. */
  [Symbol.dispose](): void {
    this.#session?.connection[Symbol.dispose]();
  }

  /** @param signal Ends the wait for a server that was never reached. */
  async #persist<T>(
    attempt: (session: Session) => T | Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const isOpening = this.#session === undefined;
    while (true) {
      this.#waitStart ??= performance.now();
      try {
        if (this.#session?.connection.isOpen !== true) {
          this.#session = await unlessAborted(this.#open(), signal);
        }
        const result = await attempt(this.session);
        this.#outage.end();
        return result;
      } catch (error) {
        if (error instanceof Stopped) throw error;
        if (!isPassing(error)) throw storeFailure(this.name, error);
        // Its next statement could be answered by what was asked before.
        this[Symbol.dispose]();
        await this.#outage.wait(causeOf(error), isOpening);
      } finally {
        if (this.#outage.lastsMs === 0) this.endWait();
      }
    }
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
