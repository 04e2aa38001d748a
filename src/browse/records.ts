/**
 * Turns for scripts.
 *
 * @module
 */

import { formatRecord } from "../output/record.ts";
import { escaped } from "../terminal/visible.ts";
import type { Turn } from "../turns/turn.ts";

/** The records of turns, unable to control the terminal where stdout is one. */
export function recordsOf(turns: readonly Turn[]): string {
  const records = turns.map(formatRecord).join("");
  if (!Deno.stdout.isTerminal()) return records;
  return records.split("\n").map(escaped).join("\n");
}
