/**
 * Turns as a table for people.
 *
 * @module
 */

import { label } from "../status/label.ts";
import { formatDuration, formatRoughly } from "../terminal/numbers.ts";
import {
  type Canvas,
  type Cell,
  type Column,
  table,
} from "../terminal/table.ts";
import { cut } from "../terminal/text.ts";
import { shortId, visible } from "../terminal/visible.ts";
import type { Turn } from "../turns/turn.ts";

/** How to show turns. */
export interface TurnTableOptions extends Canvas {
  /** The present moment, from which ages count, in milliseconds since the epoch. */
  now: number;
  /** Whether a line with the names of the columns precedes them. */
  hasHeader: boolean;
}

/** How much of an agent's name is shown, in columns. */
const MOST_AGENT = 12;
/** How much of a prompt is shown, in columns, however wide the terminal is. */
const MOST_PROMPT = 100;

const RIGHT: Column = { align: "right" };
const COLUMNS: Column[] = [RIGHT, {}, {}, RIGHT, {}, {}, RIGHT, {}];
const HEADER = [
  ...["turn", "session", "agent", "age", "status", "outcome", "took"],
  "prompt",
];

/** One line for each turn, as wide as the canvas. */
export function turnTable(
  turns: readonly Turn[],
  { now, hasHeader, ...canvas }: TurnTableOptions,
): string[] {
  const rows: Cell[][] = turns.map((turn) => [
    String(turn.id),
    shortId(turn.sid),
    cut(visible(turn.agent ?? ""), MOST_AGENT),
    turn.startMs === null ? "?" : formatRoughly(now - turn.startMs),
    label(turn.status),
    visible(turn.outcome ?? ""),
    turn.durationMs === null ? "" : formatDuration(turn.durationMs),
    cut(visible(turn.userText ?? ""), MOST_PROMPT),
  ]);
  return table(COLUMNS, [...(hasHeader ? [HEADER] : []), ...rows], canvas);
}
