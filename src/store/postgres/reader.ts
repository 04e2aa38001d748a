/**
 * What reads a database in PostgreSQL.
 *
 * @module
 */

export {
  findPostgresForgettable as findForgettable,
  findPostgresSessions as findSessions,
  findPostgresTurns as findTurns,
  readPostgresTurns as readTurns,
} from "./listing.ts";
export { readPostgresMetrics as readMetrics } from "./metrics.ts";
export { readPostgresReportData as readReportData } from "./report.ts";
export { readPostgresStatus as readStatus } from "./status.ts";
