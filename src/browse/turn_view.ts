/**
 * One whole turn for people.
 *
 * @module
 */

import { label } from "../status/label.ts";
import { formatInstant } from "../status/since.ts";
import { formatDuration, formatRoughly } from "../terminal/numbers.ts";
import { type Canvas, type Cell, table } from "../terminal/table.ts";
import { cut } from "../terminal/text.ts";
import { visible, visibleLines } from "../terminal/visible.ts";
import { wrapLine } from "../terminal/wrap.ts";
import type { Turn } from "../turns/turn.ts";

/** How to show a turn. */
export interface TurnViewOptions extends Canvas {
  /** The present moment, from which ages count, in milliseconds since the epoch. */
  now: number;
}

/** What precedes each line of a text. */
const INDENT = "  ";

/**
 * Writes a turn as lines of text, the last newline included: its fields, then its
 * prompt and its answer, wrapped.
 */
export function turnView(
  turn: Turn,
  { now, ...canvas }: TurnViewOptions,
): string {
  const sections = [
    table([{}, {}], fieldsOf(turn, now), canvas),
    textOf("prompt", turn.userText, canvas),
    textOf("answer", turn.assistantText, canvas),
  ];
  return sections.map((lines) => lines.join("\n") + "\n").join("\n");
}

/** The fields of a turn; those that the log does not name are left out. */
function fieldsOf(turn: Turn, now: number): Cell[][] {
  const { startMs, durationMs, pidMismatch, forgottenMs } = turn;
  const fields: [name: string, value: string | null, note?: string | null][] = [
    ["turn", String(turn.id), placeOf(turn)],
    ["session", turn.sid],
    ["agent", turn.agent],
    ["directory", turn.cwd],
    ["agent's id", turn.turnId],
    [
      "began",
      turn.startTime,
      startMs === null ? null : `${formatRoughly(now - startMs)} ago`,
    ],
    [
      "completed",
      turn.endTime,
      durationMs === null ? null : `after ${formatDuration(durationMs)}`,
    ],
    ["outcome", outcomeOf(turn), turn.outcomeReason],
    ["forgotten", forgottenMs === null ? null : formatInstant(forgottenMs)],
  ];
  const rows = fields.flatMap(([name, value, note]): Cell[][] =>
    value === null ? [] : [[name, visible(note ? `${value}, ${note}` : value)]]
  );
  const answeredBy = pidMismatch ? [["", "answered by another process"]] : [];
  return [["status", label(turn.status)], ...answeredBy, ...rows];
}

/** How and when it ended, as the log says. */
function outcomeOf({ outcome, outcomeTime }: Turn): string | null {
  return outcome && outcomeTime ? `${outcome} at ${outcomeTime}` : outcome;
}

/** Which turn of its session and of its process it is. */
function placeOf({ pid, sessionTurn, sessionPidTurn }: Turn): string | null {
  if (sessionTurn === null) return null;
  // Some logs name no process.
  const process = pid === 0 || sessionPidTurn === null
    ? ""
    : `, number ${sessionPidTurn} of process ${pid}`;
  return `number ${sessionTurn} of its session${process}`;
}

function textOf(
  title: string,
  text: string | null,
  { width }: Canvas,
): string[] {
  if (text === null) return [cut(`no ${title}`, width)];
  const room = Math.max(1, width - INDENT.length);
  const lines = visibleLines(text).flatMap((line) => wrapLine(line, room));
  if (lines.length === 0) return [cut(`empty ${title}`, width)];
  return [cut(title, width), ...lines.map((line) => (INDENT + line).trimEnd())];
}
