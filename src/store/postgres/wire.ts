/**
 * Sends to a PostgreSQL server, and waits for its answers.
 *
 * @module
 */

import { readableLater, waitReadable } from "../../system/poll.ts";
import { Answer, ConnectionLost } from "./answer.ts";
import { libpq, oneLine, textAt } from "./libpq.ts";

/** How long the server may take for an answer, in milliseconds. */
const MOST_ANSWER_MS = 8000;
/** How long to block while others could run, in milliseconds. */
const MOST_BLOCK_MS = 2;
/** How long one wait on another thread takes at most, in milliseconds. */
const WAIT_MS = 500;

const OK = 0;

/** What runs between waits, each for an answer or, if true, also until more can be sent. */
export type Steps<T = Answer> = Generator<boolean, T>;

/** What a connection sends through, until it is lost. */
export class Wire implements Disposable {
  #pq = libpq();
  #handle: Deno.PointerObject | null;

  /** @param handle What {@linkcode connect} returned. */
  constructor(handle: Deno.PointerObject) {
    this.#handle = handle;
    this.#pq.PQsetnonblocking(handle, 1);
  }

  /** Whether something can still be sent. */
  get isOpen(): boolean {
    return this.#handle !== null;
  }

  /**
   * What libpq calls it.
   *
   * @throws {ConnectionLost} Where it is lost.
   */
  get handle(): Deno.PointerObject {
    if (this.#handle === null) throw new ConnectionLost("it is closed");
    return this.#handle;
  }

  /**
   * Checks what a function of libpq returned that sends something.
   *
   * @throws {ConnectionLost} Where it could not.
   */
  sent(result: number): void {
    if (result !== 1) throw this.#lost();
  }

  /**
   * Reads the results of what was sent.
   *
   * @param isPipeline Whether they end where a pipeline does.
   * @throws {ServerError} Where the server refused it.
   * @throws {ConnectionLost} Where the server does not answer.
   */
  *answer(isPipeline = false): Steps {
    const answer = new Answer(this.#pq, isPipeline);
    do {
      for (let state = this.#state(); state !== READY; state = this.#state()) {
        yield state === UNSENT;
      }
    } while (answer.add(this.#pq.PQgetResult(this.handle)) && this.#isOk);
    const { error } = answer;
    if (!this.#isOk) throw this.#lost(error?.message);
    if (error !== undefined) throw error;
    return answer;
  }

  /** Waits for what is done in steps, while nothing else runs. */
  now<T>(steps: Steps<T>): T {
    const deadline = performance.now() + MOST_ANSWER_MS;
    while (true) {
      const { done, value } = steps.next();
      if (done) return value;
      waitReadable(this.#pq.PQsocket(this.handle), WAIT_MS, value);
      this.#assertBefore(deadline);
    }
  }

  /**
   * Waits for what is done in steps, while the event loop runs.
   *
   * @param limitMs How long it may take, in milliseconds.
   */
  async later<T>(steps: Steps<T>, limitMs: number): Promise<T> {
    const deadline = performance.now() + limitMs;
    let mayBlock = true;
    while (true) {
      const { done, value } = steps.next();
      if (done) return value;
      const fd = this.#pq.PQsocket(this.handle);
      if (mayBlock && waitReadable(fd, MOST_BLOCK_MS, value)) continue;
      mayBlock = false;
      await readableLater(fd, WAIT_MS, value);
      this.#assertBefore(deadline);
    }
  }

  /** Disconnects. */
  [Symbol.dispose](): void {
    if (this.#handle !== null) this.#pq.PQfinish(this.#handle);
    this.#handle = null;
  }

  get #isOk(): boolean {
    return this.#pq.PQstatus(this.handle) === OK;
  }

  /** Sends and reads what the system accepts and has. */
  #state(): typeof UNSENT | typeof BUSY | typeof READY {
    const pq = this.#pq;
    const unsent = pq.PQflush(this.handle);
    // An answer that came before the end is read first.
    if (
      pq.PQconsumeInput(this.handle) !== 1 && pq.PQisBusy(this.handle) === 1
    ) {
      throw this.#lost();
    }
    if (pq.PQisBusy(this.handle) === 0) return READY;
    return unsent === 1 ? UNSENT : BUSY;
  }

  #assertBefore(deadline: number): void {
    if (performance.now() < deadline) return;
    throw this.#lost("the server does not answer");
  }

  /** Gives it up: the server undoes what was not committed. */
  #lost(reason?: string): ConnectionLost {
    const message = reason ?? textAt(this.#pq.PQerrorMessage(this.handle));
    this[Symbol.dispose]();
    return new ConnectionLost(oneLine(message));
  }
}

const UNSENT = 0;
const BUSY = 1;
const READY = 2;
