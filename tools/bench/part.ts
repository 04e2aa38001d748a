/**
 * What the parts of the benchmark share: their setting and their results.
 *
 * @module
 */

import { short } from "./table.ts";
import type { Spread } from "./statistics.ts";
import type { Row } from "./table.ts";

/** How much is measured. */
export interface Scale {
  /** Events of the logs. */
  events: number;
  /** Giant lines in the log that has some, and their smallest and largest size. */
  giants: number;
  giantBytes: [number, number];
  /** Rounds that count, after one that does not. */
  rounds: number;
  /** Length of the single line, in bytes. */
  longLine: number;
  /** Seconds of the latency run. */
  latencySeconds: number;
  /** Prompts in the log of nothing but turn events. */
  turnPrompts: number;
  /** Turns in the log for turn events a second. */
  commitTurns: number;
  /** Turns in the log of each of several writers. */
  writerTurns: number;
  /** Turns in the tables that are compared, smallest first. */
  tableTurns: number[];
  /** New turns for each of these tables in each round. */
  newTurns: number;
  /** Session files in the tree, and about how many bytes they have. */
  treeFiles: number;
  treeBytes: number;
  /** About how many bytes they have where they are followed. */
  followedBytes: number;
  /** How long a followed tree is left alone, in seconds. */
  idleSeconds: number;
  /** Lines that are appended to a followed tree. */
  appends: number;
}

/** Where and how a part measures. */
export interface Setting {
  /** The command that runs turn-counter. */
  program: string[];
  /** A folder for logs and databases. */
  folder: string;
  scale: Scale;
  /** Says what is being done. */
  say(text: string): void;
}

/** Something that the program is to reach. */
export interface Target {
  name: string;
  /** A value, or the median and range of several. */
  value: number | Spread;
  limit: number;
  bound: "at least" | "at most";
  unit: string;
}

/** What a part found out. */
export interface Result {
  title: string;
  header: Row;
  rows: Row[];
  /** Lines below the table. */
  notes: string[];
  targets: Target[];
  /** The measurements that the table sums up. */
  data: unknown;
}

/** A part of the benchmark. */
export type Part = (setting: Setting) => Promise<Result>;

function medianOf({ value }: Target): number {
  return typeof value === "number" ? value : value.median;
}

/** Whether a target is reached, in the median. */
export function isMet(target: Target): boolean {
  const { limit, bound } = target;
  const value = medianOf(target);
  return bound === "at least" ? value >= limit : value <= limit;
}

/** A target in words. */
export function formatTarget(target: Target): string {
  const { name, value, limit, bound, unit } = target;
  const range = typeof value === "number"
    ? ""
    : `${short(value.least)} to ${short(value.most)}, `;
  return `${isMet(target) ? "met   " : "MISSED"}  ${name}: ${
    short(medianOf(target))
  }${unit} (${range}to be ${bound} ${short(limit)}${unit})`;
}
