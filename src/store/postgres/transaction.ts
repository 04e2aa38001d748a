/**
 * One open transaction, and the units in it.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Asked } from "./expected.ts";
import { callerError, isPassing } from "./failure.ts";
import { Memory } from "./memory.ts";
import type { MemorySql } from "./memory_statements.ts";
import type { Parameter } from "./parameters.ts";

/** A transaction that was begun. */
export class Transaction {
  /** What it knows and changes. */
  memory: Memory;
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
   * @throws {Failure} Where that cannot be read.
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
    if (asked !== undefined) this.memory.load(asked);
  }

  /**
   * Runs what changes the database.
   *
   * @throws {Failure} Where a change could not be made.
   */
  work<T>(work: () => T): T {
    try {
      const result = work();
      this.memory.write();
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
  find(sql: string, parameters: readonly Parameter[]): unknown[][] {
    this.memory.write();
    return this.#do((connection) => connection.run(sql, parameters));
  }

  /** Forgets what it knows, since the database has changed. */
  clearMemory(): void {
    this.memory = this.#newMemory();
  }

  #newMemory(): Memory {
    return new Memory(
      this.#sql,
      (sql, parameters) =>
        this.#do((connection) => connection.run(sql, parameters)),
    );
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
    this.memory.write();
    this.#script("SAVEPOINT unit");
    try {
      const result = work();
      this.memory.write();
      this.#script("RELEASE unit");
      return result;
    } catch (error) {
      if (!isPassing(this.#lost ?? error)) {
        this.#lost = undefined;
        this.clearMemory();
        this.#script("ROLLBACK TO unit; RELEASE unit");
      }
      throw error;
    }
  }

  #script(sql: string): void {
    this.#do((connection) => connection.script(sql));
  }

  #do<T>(statement: (connection: Connection) => T): T {
    this.#assertKept();
    try {
      return statement(this.#connection);
    } catch (error) {
      this.#lost = error;
      throw callerError(this.#name, error);
    }
  }

  #assertKept(): void {
    if (this.#lost !== undefined) throw callerError(this.#name, this.#lost);
  }
}
