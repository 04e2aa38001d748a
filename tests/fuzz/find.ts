/**
 * Searches for a log on which the program and the oracle differ.
 *
 * @module
 */

import { cutLines } from "../support/bytes.ts";
import { type HostileLog, hostileLog } from "./hostile_log.ts";
import { shrink } from "../support/shrink.ts";
import { trial } from "./trial.ts";

/** A log on which the program and the oracle differ. */
export interface Finding extends HostileLog {
  /** Of the log before lines were removed; `null` where it came from elsewhere. */
  seed: number | null;
  differences: string[];
}

/** Which logs to try. */
export interface Search {
  /** The seed of the first; the others have the next ones. */
  seed: number;
  /** How many. */
  rounds: number;
  /** About how many lines each has. */
  lines: number;
  /** Called before each round. */
  onRound?: (seed: number) => void;
}

/** The first log on which the program differs; `null` where there is none. */
export async function findDefect(
  command: readonly string[],
  { seed, rounds, lines, onRound }: Search,
): Promise<Finding | null> {
  for (let round = 0; round < rounds; round++) {
    onRound?.(seed + round);
    const log = hostileLog(seed + round, lines);
    const finding = await examine(command, log, seed + round);
    if (finding !== null) return finding;
  }
  return null;
}

/** Compares the program with the oracle on one log. */
export async function examine(
  command: readonly string[],
  { log, maxLineBytes }: HostileLog,
  seed: number | null = null,
): Promise<Finding | null> {
  if ((await trial(command, { log, maxLineBytes })).length === 0) return null;
  const shrunk = await shrink(
    log,
    async (log) => (await trial(command, { log, maxLineBytes })).length > 0,
  );
  // What is left may differ in another way, and less often than always.
  const differences = await trial(command, { log: shrunk, maxLineBytes });
  return { seed, log: shrunk, maxLineBytes, differences };
}

/** A finding for people. */
export function describe(finding: Finding): string {
  const { seed, log, maxLineBytes, differences } = finding;
  const latin1 = new TextDecoder("latin1");
  const lines = cutLines(log).map((line) => {
    const text = JSON.stringify(latin1.decode(line.subarray(0, 1000)));
    return line.length > 1000 ? `${text}… (${line.length} bytes)` : text;
  });
  return [
    ...(seed === null ? [] : [`seed ${seed}`]),
    ...(maxLineBytes === null ? [] : [`--max-line-bytes ${maxLineBytes}`]),
    ...differences,
    ...lines.map((line, i) => `line ${i + 1}, a character a byte: ${line}`),
  ].join("\n");
}
