/**
 * One open transaction, and the units in it.
 *
 * @module
 */

import type { Connection, Part, Statement } from "./connection.ts";
import type { Asked } from "./expected.ts";
import { callerError, isPassing } from "./failure.ts";
import { Memory } from "./memory.ts";
import type { MemorySql } from "./memory_statements.ts";

/** A transaction that was begun. */
export class Transaction {
  /** What it knows and changes. */
  memory: Memory;
  /** What it begins with: the statement that reads what was asked for. */
  readonly first: readonly Statement[];
  /** Whether nothing is read in it, so that it may begin where it ends. */
  readonly readsNothing: boolean;
  #name: string;
  #connection: Connection;
  #sql: MemorySql;
  #isGroup: boolean;
  /** Why nothing is left of it. */
  #lost: unknown;

  /**
   * @param name The database, as messages name it.
   * @param asked What is read at once. If a unit fails, nothing is left of the
   * transaction then, and it has to be repeated without this.
   */
  constructor(
    name: string,
    connection: Connection,
    sql: MemorySql,
    asked?: Asked,
  ) {
    this.#name = name;
    this.#connection = connection;
    this.#sql = sql;
    this.#isGroup = asked !== undefined;
    this.memory = this.#newMemory();
    this.first = asked === undefined ? [] : this.memory.ask(asked);
    this.readsNothing = asked !== undefined && this.first.length === 0;
  }

  /** What it ends with: the statement that writes what was changed, and COMMIT. */
  last(): Part[] {
    return [...this.memory.takeChanges(), "COMMIT"];
  }

  /**
   * Runs what changes the database.
   *
   * @throws {Failure} Where a change could not be made.
   */
  work<T>(work: () => T): T {
    try {
      const result = work();
      this.#assertKept();
      return result;
    } catch (error) {
      throw callerError(this.#name, this.#lost ?? error);
    }
  }

  /** Runs a part of it, and undoes only that if it fails. */
  unit<T>(work: () => T): T {
    this.#assertKept();
    return this.#isGroup ? this.#unitOfGroup(work) : this.#savepoint(work);
  }

  /**
   * Runs a statement, after what is to be written.
   *
   * @throws {Failure} Where it cannot be run.
   */
  find(...statement: Statement): unknown[][] {
    return this.#run(statement);
  }

  /** Forgets what it knows, since the database has changed. */
  clearMemory(): void {
    this.memory = this.#newMemory();
  }

  #newMemory(): Memory {
    return new Memory(this.#sql, (statement) => this.#run(statement));
  }

  #unitOfGroup<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#lost ??= error;
      throw error;
    }
  }

  #savepoint<T>(work: () => T): T {
    this.#run("SAVEPOINT unit");
    try {
      const result = work();
      this.#run("RELEASE unit");
      return result;
    } catch (error) {
      if (!isPassing(this.#lost ?? error)) {
        this.#lost = undefined;
        this.clearMemory();
        this.#run("ROLLBACK TO unit; RELEASE unit");
      }
      throw error;
    }
  }

  /** Runs something, after what is to be written. */
  #run(part: Part): unknown[][] {
    this.#assertKept();
    try {
      if (this.readsNothing) {
        throw new Error("it reads what it did not ask for");
      }
      return this.#connection.all(...this.memory.takeChanges(), part).rows;
    } catch (error) {
      this.#lost = error;
      throw callerError(this.#name, error);
    }
  }

  #assertKept(): void {
    if (this.#lost !== undefined) throw callerError(this.#name, this.#lost);
  }
}
