/**
 * The questions of the event path, each of which looks its rows up in an index
 * (SPEC section 5). The rows of each are one JSON array, which holds a turn.
 *
 * @module
 */

import type { Turn } from "../../turns/turn.ts";
import { jsonObject } from "./json.ts";

/** The columns of a turn, and its fields. */
export const TURN_FIELDS = {
  ...{ turn_id_glob: "id", sid: "sid", pid: "pid" },
  ...{ session_turn: "sessionTurn", session_pid_turn: "sessionPidTurn" },
  ...{ status: "status", user_text: "userText" },
  ...{ assistant_text: "assistantText", start_time: "startTime" },
  ...{ end_time: "endTime", duration_ms: "durationMs" },
  ...{ original_turn_id: "turnId", pid_mismatch: "pidMismatch" },
  ...{ start_ms: "startMs", end_ms: "endMs", agent: "agent", cwd: "cwd" },
  ...{ outcome: "outcome", outcome_reason: "outcomeReason" },
  ...{ outcome_time: "outcomeTime", forgotten_ms: "forgottenMs" },
} as const satisfies Record<string, keyof Turn>;

/**
 * The SQL of a turn as JSON.
 *
 * @param row The name of the row.
 * @param others What some columns have instead.
 */
export function turnJson(
  row: string,
  others: Record<string, string> = {},
): string {
  const members = Object.entries(TURN_FIELDS).map(([column, field]) => [
    ...[field, others[column] ?? `${row}.${column}`],
  ]);
  return jsonObject(Object.fromEntries(members));
}

const OF_PROCESS = "sid = $1 AND pid = $2";
const NEWEST = "ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1";
const OLDEST = "ORDER BY start_ms, turn_id_glob LIMIT 1";

/**
 * The statements, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function eventSql(schema: string) {
  const turn = `SELECT json_build_array(${turnJson("turn")})
    FROM ${schema}.turns AS turn`;
  return {
    turnOfId: `${turn} WHERE turn_id_glob = $1`,
    newestTurn: `${turn} WHERE ${OF_PROCESS} AND start_ms <= $3 ${NEWEST}`,
    nextTurn: `${turn} WHERE ${OF_PROCESS} AND start_ms > $3 ${OLDEST}`,
    newestNamedTurn: `${turn} WHERE ${OF_PROCESS} AND original_turn_id = $3
      AND start_ms <= $4 ${NEWEST}`,
    oldestNamedTurn: `${turn} WHERE ${OF_PROCESS} AND original_turn_id = $3
      ${OLDEST}`,
    newestSessionTurn: `${turn} WHERE sid = $1 AND start_ms <= $2 ${NEWEST}`,
    nextSessionTurn: `${turn} WHERE sid = $1 AND start_ms > $2 ${OLDEST}`,
    orphansOf: `${turn} WHERE orphaned_by = $1 ORDER BY turn_id_glob`,
  };
}

/** The statements of one schema. */
export type EventSql = ReturnType<typeof eventSql>;
