/**
 * One connection to a PostgreSQL server.
 *
 * @module
 */

import { cString } from "../../system/libc.ts";
import type { Answer } from "./answer.ts";
import { type Libpq, libpq } from "./libpq.ts";
import { type Parameter, Parameters } from "./parameters.ts";
import { type Steps, Wire } from "./wire.ts";

/** A statement and its parameters. Its rows must be one JSON array each. */
export type Statement = readonly [
  sql: string,
  parameters: readonly Parameter[],
];

/** What is sent at once: a statement, or some without parameters as one text. */
export type Part = string | Statement;

/** An open connection. */
export class Connection implements Disposable {
  #pq: Libpq;
  #wire: Wire;
  #parameters = new Parameters();
  /** By their SQL, the names of prepared statements. */
  #names = new Map<string, Uint8Array<ArrayBuffer>>();
  #count = 0;

  /**
   * @param handle What {@linkcode connect} returned.
   * @param pq Before PostgreSQL 14 it has no pipeline.
   */
  constructor(handle: Deno.PointerObject, pq: Libpq = libpq()) {
    this.#pq = pq;
    this.#wire = new Wire(handle);
  }

  /** Whether statements can still be sent. */
  get isOpen(): boolean {
    return this.#wire.isOpen;
  }

  /**
   * Runs a statement, which is prepared the first time.
   *
   * @param sql Its rows must be one JSON array each.
   * @throws {ServerError} Where the server refuses it.
   * @throws {ConnectionLost} Where the server does not answer.
   */
  run(sql: string, parameters: readonly Parameter[] = []): unknown[][] {
    return this.all([sql, parameters]).rows;
  }

  /**
   * {@linkcode run} while the event loop runs, however long it takes.
   *
   * @throws As {@linkcode run} does.
   */
  async runLater(
    sql: string,
    parameters: readonly Parameter[] = [],
  ): Promise<unknown[][]> {
    return (await this.allLater(Infinity, [sql, parameters])).rows;
  }

  /**
   * Runs one part after the other until one fails, in one round trip where libpq
   * can do that. Only the last one may have rows.
   *
   * @throws As {@linkcode run} does.
   */
  all(...parts: Part[]): Answer {
    return this.#wire.now(this.#all(parts));
  }

  /**
   * {@linkcode all} while the event loop runs.
   *
   * @param limitMs How long it may take, in milliseconds.
   * @throws As {@linkcode run} does.
   */
  allLater(limitMs: number, ...parts: Part[]): Promise<Answer> {
    return this.#wire.later(this.#all(parts), limitMs);
  }

  /** Disconnects. */
  [Symbol.dispose](): void {
    this.#wire[Symbol.dispose]();
  }

  *#all(parts: readonly Part[]): Steps {
    const pq = this.#pq;
    const wire = this.#wire;
    const isPipeline = pq.PQenterPipelineMode !== null &&
      (parts.length > 1 || typeof parts[0] !== "string");
    const before = new Map(this.#names);
    let answer: Answer | undefined;
    try {
      if (isPipeline) wire.sent(pq.PQenterPipelineMode!(wire.handle));
      for (const part of parts) {
        for (const sent of this.#send(part, isPipeline)) {
          wire.sent(sent);
          if (!isPipeline) answer = yield* wire.answer();
        }
      }
      if (isPipeline) {
        wire.sent(pq.PQpipelineSync!(wire.handle));
        answer = yield* wire.answer(true);
      }
      return answer!;
    } catch (error) {
      // Whether the server knows the new names depends on what failed.
      this.#names = before;
      throw error;
    } finally {
      if (isPipeline && this.isOpen) pq.PQexitPipelineMode!(wire.handle);
    }
  }

  /** Sends a script, or a statement, which is prepared the first time. */
  *#send(part: Part, isPipeline: boolean): Generator<number> {
    const pq = this.#pq;
    const { handle } = this.#wire;
    if (typeof part !== "string") {
      const [sql, parameters] = part;
      let name = this.#names.get(sql);
      if (name === undefined) {
        name = cString(`s${this.#count++}`);
        yield pq.PQsendPrepare(handle, name, cString(sql), 0, null);
        this.#names.set(sql, name);
      }
      const values = this.#parameters.write(parameters);
      const { length } = parameters;
      yield pq.PQsendQueryPrepared(
        ...[handle, name, length, values, null, null, 0] as const,
      );
    } else if (isPipeline) {
      // Statement by statement; no literal in them has a semicolon.
      for (const sql of part.split(";").map(cString)) {
        yield pq.PQsendQueryParams(
          ...[handle, sql, 0, null, null, null, null, 0] as const,
        );
      }
    } else yield pq.PQsendQuery(handle, cString(part));
  }
}
