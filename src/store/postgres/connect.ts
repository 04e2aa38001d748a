/**
 * Connects to a PostgreSQL server.
 *
 * @module
 */

import { cString } from "../../system/libc.ts";
import { ConnectionLost } from "./answer.ts";
import { libpq, oneLine, textAt } from "./libpq.ts";
import { addressOf } from "./parameters.ts";

/** Parameters of connections: those of users precede and win, or follow and lose. */
export interface Settings {
  defaults: Record<string, string>;
  forced: Record<string, string>;
}

const OK = 0;

/**
 * Connects to a server while the event loop runs.
 *
 * @param address What libpq takes.
 * @throws {ConnectionLost} Where that fails.
 */
export async function connect(
  address: string,
  { defaults, forced }: Settings,
): Promise<Deno.PointerObject> {
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
  if (pq.PQstatus(handle) === OK) return handle;
  const reason = textAt(pq.PQerrorMessage(handle));
  pq.PQfinish(handle);
  throw new ConnectionLost(oneLine(reason));
}

/**
 * Pointers to texts, to be kept until libpq has read them.
 *
 * @returns The pointers, with a null pointer at their end, and the texts.
 */
function pointersTo(
  texts: readonly string[],
): { pointers: BigUint64Array<ArrayBuffer>; keep: unknown } {
  const strings = texts.map(cString);
  const pointers = new BigUint64Array([...strings.map(addressOf), 0n]);
  return { pointers, keep: strings };
}
