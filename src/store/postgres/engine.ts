/**
 * What `store/open.ts` offers of this engine.
 *
 * @module
 */

export {
  findPostgresForgettable,
  findPostgresSessions,
  findPostgresTurns,
  readPostgresTurns,
} from "./listing.ts";
export { readPostgresMetrics } from "./metrics.ts";
export { readPostgresReportData } from "./report.ts";
export { readPostgresStatus } from "./status.ts";
export { PostgresStore } from "./store.ts";
