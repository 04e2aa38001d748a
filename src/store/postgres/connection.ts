/**
 * One connection to a PostgreSQL server.
 *
 * @module
 */

import { cString } from "../../system/libc.ts";
import { readableLater, waitReadable } from "../../system/poll.ts";
import { Answer, ConnectionLost } from "./answer.ts";
import { libpq, oneLine, textAt } from "./libpq.ts";
import { type Parameter, Parameters } from "./parameters.ts";

/** How long the server may take for an answer, in milliseconds. */
const MOST_ANSWER_MS = 8000;
/** How long to block while others could run, in milliseconds. */
const MOST_BLOCK_MS = 2;
/** How long one wait on another thread takes at most, in milliseconds. */
const WAIT_MS = 500;

const OK = 0;

/** What runs between waits, each for an answer or, if true, also until more can be sent. */
type Steps = Generator<boolean, Answer>;

/** An open connection. */
export class Connection implements Disposable {
  #pq = libpq();
  #handle: Deno.PointerObject | null;
  #parameters = new Parameters();
  /** By their SQL, the names of prepared statements. */
  #prepared = new Map<string, Uint8Array<ArrayBuffer>>();

  /** @param handle What {@linkcode connect} returned. */
  constructor(handle: Deno.PointerObject) {
    this.#handle = handle;
    this.#pq.PQsetnonblocking(handle, 1);
  }

  /** Whether statements can still be sent. */
  get isOpen(): boolean {
    return this.#handle !== null;
  }

  /**
   * Runs a statement, which is prepared the first time.
   *
   * @param sql Its rows must be one JSON array each.
   * @throws {ServerError} Where the server refuses it.
   * @throws {ConnectionLost} Where the server does not answer.
   */
  run(sql: string, parameters: readonly Parameter[] = []): unknown[][] {
    return this.#now(this.#statement(sql, parameters)).rows;
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
    return (await this.#later(this.#statement(sql, parameters), Infinity)).rows;
  }

  /**
   * Runs statements without parameters, of which only the last may have rows.
   *
   * @throws As {@linkcode run} does.
   */
  script(sql: string): Answer {
    return this.#now(this.#script(sql));
  }

  /**
   * {@linkcode script} while the event loop runs.
   *
   * @param limitMs How long it may take, in milliseconds.
   * @throws As {@linkcode run} does.
   */
  scriptLater(sql: string, limitMs: number): Promise<Answer> {
    return this.#later(this.#script(sql), limitMs);
  }

  /** Disconnects. */
  [Symbol.dispose](): void {
    if (this.#handle !== null) this.#pq.PQfinish(this.#handle);
    this.#handle = null;
  }

  get #open(): Deno.PointerObject {
    if (this.#handle === null) throw new ConnectionLost("it is closed");
    return this.#handle;
  }

  *#statement(sql: string, parameters: readonly Parameter[]): Steps {
    let name = this.#prepared.get(sql);
    if (name === undefined) {
      name = cString(`s${this.#prepared.size}`);
      const text = cString(sql);
      this.#send(this.#pq.PQsendPrepare(this.#open, name, text, 0, null));
      yield* this.#answer();
      this.#prepared.set(sql, name);
    }
    const pointers = this.#parameters.write(parameters);
    const { length } = parameters;
    this.#send(this.#pq.PQsendQueryPrepared(
      ...[this.#open, name, length, pointers, null, null, 0] as const,
    ));
    return yield* this.#answer();
  }

  *#script(sql: string): Steps {
    this.#send(this.#pq.PQsendQuery(this.#open, cString(sql)));
    return yield* this.#answer();
  }

  #send(isSent: number): void {
    if (isSent !== 1) throw this.#lost();
  }

  /** The results of what was sent. */
  *#answer(): Steps {
    const answer = new Answer(this.#pq);
    do {
      for (let state = this.#state(); state !== READY; state = this.#state()) {
        yield state === UNSENT;
      }
    } while (answer.add(this.#pq.PQgetResult(this.#open)));
    const { error } = answer;
    if (this.#pq.PQstatus(this.#open) !== OK) throw this.#lost(error?.message);
    if (error !== undefined) throw error;
    return answer;
  }

  #now(steps: Steps): Answer {
    const deadline = performance.now() + MOST_ANSWER_MS;
    while (true) {
      const { done, value } = steps.next();
      if (done) return value;
      waitReadable(this.#pq.PQsocket(this.#open), WAIT_MS, value);
      this.#assertBefore(deadline);
    }
  }

  async #later(steps: Steps, limitMs: number): Promise<Answer> {
    const deadline = performance.now() + limitMs;
    let mayBlock = true;
    while (true) {
      const { done, value } = steps.next();
      if (done) return value;
      const fd = this.#pq.PQsocket(this.#open);
      if (mayBlock && waitReadable(fd, MOST_BLOCK_MS, value)) continue;
      mayBlock = false;
      await readableLater(fd, WAIT_MS, value);
      this.#assertBefore(deadline);
    }
  }

  /** Sends and reads what the system accepts and has. */
  #state(): typeof UNSENT | typeof BUSY | typeof READY {
    const pq = this.#pq;
    const handle = this.#open;
    const unsent = pq.PQflush(handle);
    // An answer that came before the end is read first.
    if (pq.PQconsumeInput(handle) !== 1 && pq.PQisBusy(handle) === 1) {
      throw this.#lost();
    }
    if (pq.PQisBusy(handle) === 0) return READY;
    return unsent === 1 ? UNSENT : BUSY;
  }

  #assertBefore(deadline: number): void {
    if (performance.now() < deadline) return;
    throw this.#lost("the server does not answer");
  }

  /** Gives it up: the server undoes what was not committed. */
  #lost(reason?: string): ConnectionLost {
    const message = reason ?? textAt(this.#pq.PQerrorMessage(this.#open));
    this[Symbol.dispose]();
    return new ConnectionLost(oneLine(message));
  }
}

const UNSENT = 0;
const BUSY = 1;
const READY = 2;
