/**
 * Colours for a terminal.
 *
 * @module
 */

import type { TurnStatus } from "../turns/turn.ts";

/** A colour, as its ANSI code. */
export type Color = number;

/** The colour of errors. */
export const RED: Color = 31;

/** The colour of each status. */
export const STATUS_COLORS: Record<TurnStatus, Color> = {
  waiting_response: 33,
  completed: 32,
  orphaned: 35,
};

/** A text in a colour. */
export function paint(color: Color, text: string): string {
  return `\x1b[${color}m${text}\x1b[0m`;
}
