/**
 * Reads what a database holds.
 *
 * @module
 */

import type { StoredStatus } from "../status.ts";

/** {@linkcode readStatus} */
export function readPostgresStatus(
  _address: string,
  _sinceMs: number | null,
): Promise<StoredStatus> {
  throw new Error("to be written");
}
