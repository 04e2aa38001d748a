/**
 * The names of statuses for people.
 *
 * @module
 */

import { STATUS_COLORS } from "../terminal/colors.ts";
import type { Cell } from "../terminal/table.ts";
import { visible } from "../terminal/visible.ts";
import type { TurnStatus } from "../turns/turn.ts";

const LABELS: Record<TurnStatus, string> = {
  completed: "completed",
  orphaned: "orphaned",
  waiting_response: "waiting",
};

/** A status as people see it. */
export function label(status: TurnStatus): Cell {
  // Another program may have written another status.
  return Object.hasOwn(LABELS, status)
    ? { text: LABELS[status], color: STATUS_COLORS[status] }
    : visible(String(status));
}
