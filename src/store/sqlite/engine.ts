/**
 * What `store/open.ts` offers of this engine.
 *
 * @module
 */

export {
  findSqliteForgettable,
  findSqliteSessions,
  findSqliteTurns,
  readSqliteTurns,
} from "./listing.ts";
export { readSqliteMetrics } from "./metrics.ts";
export { readSqliteReportData } from "./report.ts";
export { readSqliteStatus } from "./status.ts";
export { SqliteStore } from "./store.ts";
