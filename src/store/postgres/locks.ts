/**
 * The advisory locks of a database: one for writers, and one for each claim.
 *
 * @module
 */

import { sha256 } from "../../sha256.ts";

/** A lock's key: one of 2^63, the same on each machine. */
function keyOf(...parts: string[]): string {
  const bits = BigInt(`0x${sha256(JSON.stringify(parts)).slice(0, 16)}`);
  return String(BigInt.asIntN(64, bits));
}

/**
 * The SQL that waits until no other program writes, and lets none of them write
 * until the end of the transaction. The one that waits longest is next.
 *
 * @param schema The schema of the tables, quoted.
 */
export function writerLockSql(schema: string): string {
  const key = keyOf("turn-counter writer", schema);
  return `SELECT pg_advisory_xact_lock(${key})`;
}

/** The key of a claim, which lasts as long as the connection. */
export function claimKey(schema: string, host: string, path: string): string {
  return keyOf("turn-counter claim", schema, host, path);
}
