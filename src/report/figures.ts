/**
 * The figures that the sections of the report share.
 *
 * @module
 */

import {
  FATES,
  percentile,
  type ReportData,
  type TurnFate,
} from "../store/open.ts";

/** How long some turns took, in milliseconds. */
export interface Durations {
  median: number;
  p95: number;
  longest: number;
}

/** The turns of an agent. */
export interface AgentFigures {
  agent: string | null;
  turns: number;
  completed: number;
  /** `null` where none has a duration. */
  durations: Durations | null;
}

/** How many turns have each fate; those that occur. */
export function fatesOf({ days }: ReportData): [TurnFate, number][] {
  return FATES.map((fate): [TurnFate, number] => [
    fate,
    sum(days.filter((day) => day.fate === fate).map(({ turns }) => turns)),
  ]).filter(([, turns]) => turns > 0);
}

/** The agents, those with the most turns first. */
export function agentsOf({ days, durations }: ReportData): AgentFigures[] {
  const known = new Map(durations.map((own) => [own.agent, own.durations]));
  return [...Map.groupBy(days, ({ agent }) => agent)]
    .map(([agent, own]) => ({
      agent,
      turns: sum(own.map(({ turns }) => turns)),
      completed: sum(
        own.filter(({ fate }) => fate === "completed")
          .map(({ turns }) => turns),
      ),
      durations: durationsOf(Float64Array.from(known.get(agent) ?? []).sort()),
    }))
    .sort((a, b) =>
      b.turns - a.turns || ((a.agent ?? "") < (b.agent ?? "") ? -1 : 1)
    );
}

/** All durations, the shortest first. */
export function sortedDurations({ durations }: ReportData): Float64Array {
  return Float64Array.from(durations.flatMap(({ durations }) => durations))
    .sort();
}

/** @param sorted The shortest first. */
export function durationsOf(sorted: Float64Array): Durations | null {
  if (sorted.length === 0) return null;
  return {
    median: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    longest: sorted.at(-1)!,
  };
}

/** A sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
