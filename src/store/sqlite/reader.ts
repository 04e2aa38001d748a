/**
 * What reads a database in an SQLite file.
 *
 * @module
 */

export {
  findSqliteForgettable as findForgettable,
  findSqliteSessions as findSessions,
  findSqliteTurns as findTurns,
  readSqliteTurns as readTurns,
} from "./listing.ts";
export { readSqliteMetrics as readMetrics } from "./metrics.ts";
export { readSqliteReportData as readReportData } from "./report.ts";
export { readSqliteStatus as readStatus } from "./status.ts";
