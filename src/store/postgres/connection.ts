/**
 * One connection to a PostgreSQL server.
 *
 * @module
 */

import { readableLater, waitReadable } from "../../system/poll.ts";
import { type Libpq, libpq, textAt } from "./libpq.ts";
import {
  cString,
  type Parameter,
  Parameters,
  pointersTo,
} from "./parameters.ts";

/** The server refused a statement. */
export class ServerError extends Error {
  /** @param code Its SQLSTATE. */
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** The server cannot be reached, or not any longer. */
export class ConnectionLost extends Error {}

/** How long the server may take for an answer, in milliseconds. */
const MOST_ANSWER_MS = 8000;
/** How long to block while others could run, in milliseconds. */
const MOST_BLOCK_MS = 2;
/** How long one wait on another thread takes at most, in milliseconds. */
const WAIT_MS = 500;

const OK = 0;
const COMMAND_OK = 1;
const TUPLES_OK = 2;
/** The fields of an error that are its SQLSTATE and its message. */
const [SQLSTATE, MESSAGE] = ["C", "M"].map((letter) => letter.charCodeAt(0));

/** What a statement, or several, resulted in. */
export interface Result {
  /** Its rows: each is one JSON array, in one column. */
  rows: unknown[][];
  /** What was done last, such as `COMMIT`. */
  tag: string;
}

/** Parameters of connections: those of users precede and win, or follow and lose. */
export interface Settings {
  defaults: Record<string, string>;
  forced: Record<string, string>;
}

/** An open connection. */
export class Connection implements Disposable {
  #pq: Libpq;
  #handle: Deno.PointerObject | null;
  #parameters = new Parameters();
  /** By their SQL, the names of prepared statements. */
  #prepared = new Map<string, Uint8Array<ArrayBuffer>>();

  private constructor(pq: Libpq, handle: Deno.PointerObject) {
    this.#pq = pq;
    this.#handle = handle;
    pq.PQsetnonblocking(handle, 1);
  }

  /**
   * Connects to a server while the event loop runs.
   *
   * @param address What libpq takes.
   * @throws {ConnectionLost} Where that fails.
   */
  static async open(
    address: string,
    { defaults, forced }: Settings,
  ): Promise<Connection> {
    const pq = libpq();
    const all = [
      ...Object.entries(defaults),
      ["dbname", address],
      ...Object.entries(forced),
    ];
    const names = pointersTo(all.map(([name]) => name));
    const values = pointersTo(all.map(([, value]) => value));
    const handle = await pq.PQconnectdbParams(
      ...[names.pointers, values.pointers, 1] as const,
    );
    // What was passed must be kept until here.
    void [names, values].length;
    if (handle === null) throw new ConnectionLost("there is no memory for it");
    if (pq.PQstatus(handle) === OK) return new Connection(pq, handle);
    const reason = textAt(pq.PQerrorMessage(handle));
    pq.PQfinish(handle);
    throw new ConnectionLost(oneLine(reason));
  }

  /** Whether statements can still be sent. */
  get isOpen(): boolean {
    return this.#handle !== null;
  }

  /** The process that serves it. */
  get serverProcess(): number {
    return this.#pq.PQbackendPID(this.#open);
  }

  /**
   * Runs a statement, which is prepared the first time.
   *
   * @param sql Its rows must be one JSON array each.
   * @throws {ServerError} Where the server refuses it.
   * @throws {ConnectionLost} Where the server does not answer.
   */
  run(sql: string, parameters: readonly Parameter[] = []): unknown[][] {
    let name = this.#prepared.get(sql);
    if (name === undefined) {
      name = this.#sendPrepare(sql);
      this.#answer();
      this.#prepared.set(sql, name);
    }
    this.#sendPrepared(name, parameters);
    return this.#answer().rows;
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
    let name = this.#prepared.get(sql);
    if (name === undefined) {
      name = this.#sendPrepare(sql);
      await this.#answerLater(Infinity);
      this.#prepared.set(sql, name);
    }
    this.#sendPrepared(name, parameters);
    return (await this.#answerLater(Infinity)).rows;
  }

  /**
   * Runs statements without parameters, of which only the last may have rows.
   *
   * @throws As {@linkcode run} does.
   */
  script(sql: string): Result {
    this.#sendScript(sql);
    return this.#answer();
  }

  /**
   * {@linkcode script} while the event loop runs.
   *
   * @param limitMs How long it may take, in milliseconds.
   * @throws As {@linkcode run} does.
   */
  async scriptLater(sql: string, limitMs: number): Promise<Result> {
    this.#sendScript(sql);
    return await this.#answerLater(limitMs);
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

  /** @returns The name under which it is prepared. */
  #sendPrepare(sql: string): Uint8Array<ArrayBuffer> {
    const name = cString(`s${this.#prepared.size}`);
    const statement = cString(sql);
    this.#send((pq, handle) =>
      pq.PQsendPrepare(handle, name, statement, 0, null)
    );
    return name;
  }

  #sendPrepared(
    name: Uint8Array<ArrayBuffer>,
    parameters: readonly Parameter[],
  ): void {
    const pointers = this.#parameters.write(parameters);
    const { length } = parameters;
    this.#send((pq, handle) =>
      pq.PQsendQueryPrepared(handle, name, length, pointers, null, null, 0)
    );
  }

  #sendScript(sql: string): void {
    const text = cString(sql);
    this.#send((pq, handle) => pq.PQsendQuery(handle, text));
  }

  #send(send: (pq: Libpq, handle: Deno.PointerObject) => number): void {
    if (send(this.#pq, this.#open) !== 1) throw this.#lost();
  }

  /** Waits for the results of what was sent. */
  #answer(): Result {
    const deadline = performance.now() + MOST_ANSWER_MS;
    const pq = this.#pq;
    const handle = this.#open;
    const fd = pq.PQsocket(handle);
    const collected = new Collected(pq);
    do {
      for (let state = this.#state(); state !== READY; state = this.#state()) {
        waitReadable(fd, WAIT_MS, state === UNSENT);
        this.#assertBefore(deadline);
      }
    } while (collected.add(pq.PQgetResult(handle)));
    return this.#finish(collected);
  }

  /** {@linkcode #answer} while the event loop runs. */
  async #answerLater(limitMs: number): Promise<Result> {
    const deadline = performance.now() + limitMs;
    const pq = this.#pq;
    const fd = pq.PQsocket(this.#open);
    const collected = new Collected(pq);
    let mayBlock = true;
    do {
      for (let state = this.#state(); state !== READY; state = this.#state()) {
        const orWritten = state === UNSENT;
        if (mayBlock && waitReadable(fd, MOST_BLOCK_MS, orWritten)) continue;
        mayBlock = false;
        await readableLater(fd, WAIT_MS, orWritten);
        this.#assertBefore(deadline);
      }
    } while (collected.add(pq.PQgetResult(this.#open)));
    return this.#finish(collected);
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

  #finish({ error, rows, tag }: Collected): Result {
    if (this.#pq.PQstatus(this.#open) !== OK) throw this.#lost(error?.message);
    if (error !== undefined) throw error;
    return { rows, tag };
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

/** The results of what was sent, read one after the other. */
class Collected implements Result {
  #pq: Libpq;
  rows: unknown[][] = [];
  tag = "";
  error: ServerError | undefined;

  constructor(pq: Libpq) {
    this.#pq = pq;
  }

  /** @returns Whether there was one. */
  add(result: Deno.PointerValue): boolean {
    if (result === null) return false;
    const pq = this.#pq;
    const status = pq.PQresultStatus(result);
    if (status === TUPLES_OK) {
      const length = pq.PQntuples(result);
      for (let i = 0; i < length; i++) {
        const cell = textAt(pq.PQgetvalue(result, i, 0));
        // A function without a value, such as one that locks, gives an empty text.
        if (cell !== "") this.rows.push(JSON.parse(cell));
      }
    } else if (status !== COMMAND_OK) {
      const field = (code: number) =>
        textAt(pq.PQresultErrorField(result, code));
      this.error ??= new ServerError(field(SQLSTATE), field(MESSAGE));
    }
    this.tag = textAt(pq.PQcmdStatus(result));
    pq.PQclear(result);
    return true;
  }
}

/** A message of libpq as one clause: it may have several lines, and questions. */
function oneLine(message: string): string {
  return message.trim().replace(/\s*\n\s*/g, "; ")
    .replace(/; Is the server running [^;]*\?/g, "");
}
