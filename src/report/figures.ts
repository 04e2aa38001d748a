/**
 * The figures that the sections of the report share.
 *
 * @module
 */

import {
  type Durations,
  durationsOf,
  FATES,
  type ReportData,
  type TurnFate,
} from "../store/open.ts";

/** The turns of an agent. */
interface AgentFigures {
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
      durations: durationsOf(known.get(agent) ?? []),
    }))
    .sort((a, b) =>
      b.turns - a.turns || ((a.agent ?? "") < (b.agent ?? "") ? -1 : 1)
    );
}

/** The durations of all agents. */
export function allDurations({ durations }: ReportData): number[] {
  return durations.flatMap(({ durations }) => durations);
}

/** A sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
