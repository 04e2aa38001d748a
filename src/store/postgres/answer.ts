/**
 * What a server answers.
 *
 * @module
 */

import { type Libpq, textAt } from "./libpq.ts";

/** The server refused a statement. */
export class ServerError extends Error {
  /** @param code Its SQLSTATE. */
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** The server cannot be reached, or not any longer. */
export class ConnectionLost extends Error {}

const COMMAND_OK = 1;
const TUPLES_OK = 2;
const [PIPELINE_SYNC, PIPELINE_ABORTED] = [10, 11];
/** The fields of an error that are its SQLSTATE and its message. */
const [SQLSTATE, MESSAGE] = ["C", "M"].map((letter) => letter.charCodeAt(0));

/** The results of what was sent, read one after the other. */
export class Answer {
  #pq: Libpq;
  #isPipeline: boolean;
  /** Its rows: each is one JSON array, in one column. */
  readonly rows: unknown[][] = [];
  /** What was done last, such as `COMMIT`. */
  tag = "";
  error: ServerError | undefined;

  /** @param isPipeline Whether it has results of several statements. */
  constructor(pq: Libpq, isPipeline: boolean) {
    this.#pq = pq;
    this.#isPipeline = isPipeline;
  }

  /** @returns Whether more may follow. */
  add(result: Deno.PointerValue): boolean {
    if (result === null) return this.#isPipeline;
    const pq = this.#pq;
    const status = pq.PQresultStatus(result);
    if (status === TUPLES_OK) {
      const length = pq.PQntuples(result);
      for (let i = 0; i < length; i++) {
        const cell = textAt(pq.PQgetvalue(result, i, 0));
        // A function without a value, such as one that locks, gives an empty text.
        if (cell !== "") this.rows.push(JSON.parse(cell));
      }
    } else if (
      ![COMMAND_OK, PIPELINE_SYNC, PIPELINE_ABORTED].includes(status)
    ) {
      const field = (code: number) =>
        textAt(pq.PQresultErrorField(result, code));
      this.error ??= new ServerError(field(SQLSTATE), field(MESSAGE));
    }
    if (status !== PIPELINE_SYNC) this.tag = textAt(pq.PQcmdStatus(result));
    pq.PQclear(result);
    return status !== PIPELINE_SYNC;
  }
}
