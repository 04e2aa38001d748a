/**
 * Puts what PostgreSQL or libpq says into a sentence with the database and the
 * remedy in it (SPEC section 8).
 *
 * @module
 */

import { Failure, messageOf } from "../../error.ts";
import { ConnectionLost, ServerError } from "./answer.ts";

/**
 * The SQLSTATEs, or their beginnings, of what passes by itself or by what
 * another person does: the server restarts, another one takes over, its disk is
 * full, a lock is held.
 */
const PASSING = /^(08|40|53|57|58|55P03|25006|25P0[34]|25P02)/;

/** What libpq says of a server that will never accept this client as it is. */
const REFUSED =
  /password authentication failed|no password supplied|no pg_hba\.conf entry|authentication failed for user|(role|database) ".*" (does not exist|is not permitted to log in)|permission denied for database|invalid (connection option|URI|port number|integer value|sslmode|channel_binding|target_session_attrs|percent-encoded)|definition of service .* not found|service file .* not found|missing "=" after|unterminated quoted string|certificate (verify|authentication) failed|server does not support SSL|root certificate file .* does not exist|unexpected character|unexpected spaces|extra key|missing key\/value|could not (match|load)|forbidden value %00/;

/** Whether to wait for it, then try once more. */
export function isPassing(error: unknown): boolean {
  const cause = causeOf(error);
  if (cause instanceof ServerError) return PASSING.test(cause.code);
  return cause instanceof ConnectionLost;
}

/** What the server or the connection said. */
export function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined
    ? error.cause
    : error;
}

/** What libpq says of a standby, if the address asks for a server that can be written. */
const READ_ONLY = /session is read-only|server is in hot standby mode/;

/** Whether a server will refuse this client until a person changes something. */
export function isRefused(error: unknown): boolean {
  return error instanceof ConnectionLost &&
    (REFUSED.test(error.message) || READ_ONLY.test(error.message));
}

const READ_ONLY_CODE = "25006";

/** What to do, by the beginning of an SQLSTATE. */
const REMEDIES: [code: RegExp, sentence: string][] = [
  [
    /^53100/,
    "cannot grow, the disk of its server is full; free some space there, then start again: nothing committed is lost",
  ],
  [
    /^25006/,
    "cannot be written, its server is a read-only standby; name the primary server with --db",
  ],
  [
    /^55P03|^57014|^40P01/,
    "is locked by another program for too long; wait for that program or stop it, then start again",
  ],
  [
    // Only the statement that counts what it wrote divides.
    /^22012/,
    "has a trigger that ignores changes that turns need; drop it, or name another database with --db",
  ],
  [
    /^42501/,
    "does not permit this role what turn-counter needs; grant it the schema and its tables, or name another role",
  ],
];

/** The failure to report when a database cannot be used. */
export function storeFailure(name: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const named = `database ${JSON.stringify(name)}`;
  const reason = reasonOf(error);
  const options = { cause: error };
  if (error instanceof ConnectionLost && !READ_ONLY.test(error.message)) {
    return new Failure(
      isRefused(error)
        ? `${named} cannot be opened: ${reason}; check its address, its user, the password (~/.pgpass) and the server's pg_hba.conf`
        : `${named} is not reachable: ${reason}; start again once it is, committed events are in it`,
      options,
    );
  }
  const code = error instanceof ServerError
    ? error.code
    : error instanceof ConnectionLost
    ? READ_ONLY_CODE
    : "";
  const remedy = REMEDIES.find(([pattern]) => pattern.test(code))?.[1];
  return new Failure(
    remedy === undefined
      ? `${named} cannot be used: ${reason}; check it, or name another one with --db`
      : code === "42501"
      ? `${named} ${remedy} (${reason})`
      : `${named} ${remedy}`,
    options,
  );
}

/** What a caller gets: an error that is not of the database as it is. */
export function callerError(name: string, error: unknown): unknown {
  return error instanceof ServerError || error instanceof ConnectionLost
    ? storeFailure(name, error)
    : error;
}

/** What an error says; what libpq cannot parse may be a password, so it is left out. */
export function reasonOf(error: unknown): string {
  const reason = messageOf(error);
  if (!(error instanceof ConnectionLost)) return reason;
  return /^(invalid|missing|unterminated|unexpected|extra|end of string|forbidden|could not match)/
      .test(reason)
    ? reason.replace(/:? "[^]*"/, "")
    : reason;
}
