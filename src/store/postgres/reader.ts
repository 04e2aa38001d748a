/**
 * What reads a database in PostgreSQL.
 *
 * @module
 */

export { readPostgresStatus as readStatus } from "./status.ts";
