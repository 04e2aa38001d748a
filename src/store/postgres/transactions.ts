/**
 * The transactions of one connection after the other, and the units in them.
 *
 * @module
 */

import { Stopped } from "../../error.ts";
import type { Transactions } from "../../turns/store.ts";
import { ConnectionLost, ServerError } from "./connection.ts";
import { isPassing, storeFailure } from "./failure.ts";
import { type Change, Journal } from "./journal.ts";
import type { Link } from "./link.ts";
import { Outage, type Patience } from "./outage.ts";
import type { Parameter } from "./parameters.ts";
import type { Session } from "./session.ts";

/** What {@linkcode LinkTransactions} work with. */
export interface TransactionParts {
  /** The database, as messages name it. */
  name: string;
  link: Link;
  patience: Patience;
  /** How long to wait for another program where nothing else can run, in milliseconds. */
  busyTimeoutMs: number;
}

/** How long a row or a table that a person locked may delay a statement, and a statement itself, in milliseconds. */
const LIMITS =
  "SET LOCAL lock_timeout = 4000; SET LOCAL statement_timeout = 5000";
/** How long to wait for other writers at a time, and for the answer, in milliseconds. */
const [MOST_QUEUE_MS, MOST_BEGIN_MS] = [3000, 8000];
/** How long a wait for other writers is before it is reported, in milliseconds. */
const PATIENCE_MS = 5000;
const LOCK_NOT_AVAILABLE = "55P03";
/** How long a commit may take: the disk may be slow, or a standby. In milliseconds. */
const MOST_COMMIT_MS = 60_000;

/** Begins and ends the transactions of a store. */
export class LinkTransactions implements Transactions {
  #parts: TransactionParts;
  #outage: Outage;
  /** Whatever was begun last; what follows waits for it. */
  #last: Promise<unknown> = Promise.resolve();
  /** The transaction that is open, on its connection. */
  #open: { session: Session; journal: Journal } | undefined;
  /** A change that is made with, or before, the next statement. */
  #deferred: Change | undefined;
  /** Why nothing is left of the transaction that is open. */
  #lost: unknown;
  #waitStart: number | undefined;
  #hasWaitedLong = false;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.#outage = new Outage(parts.name, parts.patience);
  }

  /** How long it has been waiting for the server or for other writers, in milliseconds. */
  get waitedMs(): number {
    return this.#waitStart === undefined
      ? 0
      : performance.now() - this.#waitStart;
  }

  /** Connects for the first time. */
  async connect(): Promise<void> {
    await this.#persist(() => {}, true);
  }

  write<T>(work: () => T): Promise<T> {
    return this.#inTurn((session) => this.#transact(session, work));
  }

  read<T>(work: () => T): Promise<T> {
    return this.#inTurn(() => work());
  }

  transaction<T>(work: () => T): T {
    if (this.#open !== undefined) return this.#unit(work);
    try {
      const { session } = this.#parts.link;
      session.connection.script(
        beginSql(session, this.#parts.busyTimeoutMs),
      );
      const result = this.#work(session, work);
      assertCommitted(session.connection.script("COMMIT").tag);
      return result;
    } catch (error) {
      throw this.#failure(this.#rollBack(this.#lost ?? error));
    } finally {
      this.#end();
    }
  }

  /**
   * Runs a statement that only reads, in the open transaction if there is one.
   *
   * @throws {Failure} Where it cannot be run.
   */
  find(sql: string, parameters: readonly Parameter[]): unknown[][] {
    return this.#run(sql, parameters, false);
  }

  /**
   * Runs a statement that changes rows, in the open transaction or in one of its
   * own. Where it fails it is undone.
   *
   * @throws {Failure} Where it cannot be run.
   */
  change(sql: string, parameters: readonly Parameter[]): unknown[][] {
    if (this.#open === undefined) {
      return this.transaction(() => this.change(sql, parameters));
    }
    return this.#run(sql, parameters, true);
  }

  /** What distinguishes the transaction that is open from others. */
  get current(): unknown {
    return this.#open;
  }

  /**
   * {@linkcode change} with or before the next statement of the open
   * transaction. It must be one whose result is known.
   */
  defer(change: Change): void {
    this.#flush();
    this.#deferred = change;
  }

  /** The parameters of a deferred change, which the caller makes now. */
  takeDeferred(sql: string): readonly Parameter[] | undefined {
    if (this.#deferred?.[0] !== sql) return undefined;
    const [, parameters] = this.#deferred;
    this.#deferred = undefined;
    return parameters;
  }

  /**
   * Undoes all changes of the open transaction.
   *
   * @returns Whether it can be used from its beginning.
   */
  startAgain(): boolean {
    this.#deferred = undefined;
    if (this.#lost !== undefined) return false;
    this.#undo(0, new Error("an event failed"));
    return this.#lost === undefined;
  }

  /** Waits for what was begun before, then for the database. */
  #inTurn<T>(attempt: (session: Session) => T | Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#persist(attempt, false));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Repeats what fails for a reason that passes, as long as there is patience. */
  async #persist<T>(
    attempt: (session: Session) => T | Promise<T>,
    isOpening: boolean,
  ): Promise<T> {
    const { link, patience, name } = this.#parts;
    while (true) {
      this.#waitStart ??= performance.now();
      try {
        const signal = isOpening ? patience.signal : undefined;
        const result = await attempt(await link.connect(signal));
        this.#outage.end();
        return result;
      } catch (error) {
        if (error instanceof Stopped) throw error;
        const cause = causeOf(error);
        if (!isPassing(cause)) throw storeFailure(name, error);
        // Its next statement could be answered by what was asked before.
        link.drop();
        await this.#outage.wait(cause, isOpening);
      } finally {
        if (this.#outage.lastsMs === 0) this.#waitStart = undefined;
      }
    }
  }

  async #transact<T>(session: Session, work: () => T): Promise<T> {
    const { connection } = session;
    try {
      await this.#beginLater(session);
      this.#waitStart = undefined;
      const result = this.#work(session, work);
      const { tag } = await connection.scriptLater("COMMIT", MOST_COMMIT_MS);
      assertCommitted(tag);
      return result;
    } catch (error) {
      throw this.#rollBack(this.#lost ?? error);
    } finally {
      this.#end();
    }
  }

  /**
   * Begins a transaction once no other program writes, however long that takes.
   * A server that does not answer at all is noticed.
   */
  async #beginLater(session: Session): Promise<void> {
    const { connection } = session;
    while (true) {
      try {
        await connection.scriptLater(
          beginSql(session, MOST_QUEUE_MS),
          MOST_BEGIN_MS,
        );
        return;
      } catch (error) {
        const isQueueing = error instanceof ServerError &&
          error.code === LOCK_NOT_AVAILABLE;
        if (!isQueueing) throw error;
        connection.script("ROLLBACK");
        this.#reportLongWait();
      }
    }
  }

  #reportLongWait(): void {
    if (this.waitedMs < PATIENCE_MS || this.#hasWaitedLong) return;
    this.#hasWaitedLong = true;
    const { name, patience } = this.#parts;
    patience.warn(
      `waiting for more than 5 seconds for other turn-counters that write database ${
        JSON.stringify(name)
      }; if one of them is stopped, continue it or end it`,
    );
  }

  /** Runs what changes the database in the transaction that was begun. */
  #work<T>(session: Session, work: () => T): T {
    this.#open = { session, journal: new Journal(session.connection) };
    const result = work();
    this.#flush();
    if (this.#lost !== undefined) throw this.#lost;
    this.#open = undefined;
    return result;
  }

  #end(): void {
    this.#open = undefined;
    this.#deferred = undefined;
    this.#lost = undefined;
  }

  /** Makes the change that was deferred. */
  #flush(): void {
    const deferred = this.#deferred;
    this.#deferred = undefined;
    if (deferred !== undefined) this.#run(...deferred, true);
  }

  #unit<T>(work: () => T): T {
    if (this.#lost !== undefined) throw this.#failure(this.#lost);
    this.#flush();
    const { journal } = this.#open!;
    const mark = journal.open();
    try {
      const result = work();
      if (this.#lost !== undefined) throw this.#lost;
      return result;
    } catch (error) {
      this.#deferred = undefined;
      this.#undo(mark, error);
      throw this.#failure(error);
    } finally {
      journal.close();
    }
  }

  #run(
    sql: string,
    parameters: readonly Parameter[],
    changes: boolean,
  ): unknown[][] {
    if (this.#lost !== undefined) throw this.#failure(this.#lost);
    this.#flush();
    const open = this.#open;
    try {
      const { connection } = open?.session ?? this.#parts.link.session;
      const rows = connection.run(sql, parameters);
      if (changes) open!.journal.add([sql, parameters]);
      return rows;
    } catch (error) {
      // The server runs no more statements of the transaction before that.
      if (error instanceof ServerError) open?.journal.break();
      if (open !== undefined) this.#undo(open.journal.length, error);
      throw this.#failure(error);
    }
  }

  /** Undoes the changes after a mark, or notes that nothing is left of the others. */
  #undo(mark: number, error: unknown): void {
    try {
      if (isPassing(causeOf(error))) throw error;
      this.#open!.journal.undo(mark);
    } catch {
      this.#lost ??= error;
    }
  }

  /** @returns What to throw. */
  #rollBack(error: unknown): unknown {
    const { link } = this.#parts;
    this.#open = undefined;
    try {
      if (!isPassing(causeOf(error))) {
        link.session.connection.script("ROLLBACK");
      }
    } catch {
      link.drop();
    }
    return isPassing(causeOf(error)) ? error : this.#failure(error);
  }

  /** What a caller gets: an error that is not of the database as it is. */
  #failure(error: unknown): unknown {
    return error instanceof ServerError || error instanceof ConnectionLost
      ? storeFailure(this.#parts.name, error)
      : error;
  }
}

/** @param waitMs How long to wait for other writers. */
function beginSql({ writerLock }: Session, waitMs: number): string {
  return `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL lock_timeout = ${waitMs}; ${writerLock}; ${LIMITS};
    SAVEPOINT base`;
}

/** What the server or the connection said. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined
    ? error.cause
    : error;
}

/** @throws {Error} Where the server undid the transaction. */
function assertCommitted(tag: string): void {
  if (tag !== "COMMIT") throw new Error("the server undid a transaction");
}
