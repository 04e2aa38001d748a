/**
 * Turns by outcome, by agent and by working directory, for people.
 *
 * @module
 */

import type { NameCount } from "../store/open.ts";
import { formatCount, formatShare } from "../terminal/numbers.ts";
import {
  type Canvas,
  type Cell,
  type Column,
  table,
} from "../terminal/table.ts";
import { visible } from "../terminal/visible.ts";
import type { Outcome } from "../turns/event.ts";
import type { TurnStatus } from "../turns/turn.ts";
import { label } from "./label.ts";
import type { Report } from "./report.ts";

const STATUSES: TurnStatus[] = ["completed", "orphaned", "waiting_response"];
const OUTCOMES: (Outcome | null)[] = ["completed", "aborted", "failed", null];

/**
 * The outcomes, beside the statuses; no lines where the log has not said how any
 * turn ended.
 */
export function outcomes(report: Report, canvas: Canvas): string[] {
  const { outcomes } = report.breakdown;
  if (outcomes.every(({ outcome }) => outcome === null)) return [];
  const turnsOf = (status: TurnStatus, outcome: Outcome | null) =>
    outcomes.find((count) =>
      count.status === status && count.outcome === outcome
    )?.turns ?? 0;
  const rows: Cell[][] = OUTCOMES.map((outcome) => [
    outcome ?? "none",
    ...STATUSES.map((status) => formatCount(turnsOf(status, outcome))),
  ]);
  return table(
    [{}, ...STATUSES.map((): Column => ({ align: "right" })), {}],
    [["outcome", ...STATUSES.map(label), scopeOf(report)], ...rows],
    canvas,
  );
}

/** The agents; no lines where the log names none. */
export function agents(report: Report, canvas: Canvas): string[] {
  return names("agent", report.breakdown.agents, report, canvas);
}

/** The working directories; no lines where the log names none. */
export function directories(report: Report, canvas: Canvas): string[] {
  return names("working directory", report.breakdown.cwds, report, canvas);
}

/** Which turns were looked at, unless all. */
function scopeOf({ breakdown, turns }: Report): string {
  return breakdown.turns < turns
    ? `of the last ${formatCount(breakdown.turns)} turns`
    : "";
}

/** The turns of each name, and those of all other names together. */
function names(
  title: string,
  counts: NameCount[],
  report: Report,
  canvas: Canvas,
): string[] {
  if (counts.every(({ name }) => name === null)) return [];
  const { turns } = report.breakdown;
  const rest = counts.reduce((rest, { turns }) => rest - turns, turns);
  const rows: [name: string, turns: number][] = counts.map((
    { name, turns },
  ) => [name === null ? "unknown" : visible(name), turns]);
  if (rest > 0) rows.push(["others", rest]);
  const scope = scopeOf(report);
  return table(
    [{ align: "right" }, { align: "right" }, { keep: "end" }],
    [
      ["turns", "share", scope === "" ? title : `${title}, ${scope}`],
      ...rows.map(([name, count]) => [
        ...[formatCount(count), formatShare(count, turns), name],
      ]),
    ],
    canvas,
  );
}
