/**
 * Joins the parts: lines are decoded, events applied and committed, records
 * written; then the next line is waited for (SPEC section 4).
 *
 * @module
 */

import type { Dialect } from "./dialect/dialect.ts";
import type { Rejection, TurnEvent } from "./event.ts";
import { formatRecord } from "./record.ts";
import type { Sink } from "./sink.ts";
import { type Line, LineReader } from "./source/lines.ts";
import type { Source } from "./source/source.ts";
import { breathe } from "./system/breathe.ts";
import type { Applied, Tracker } from "./tracker.ts";

/** Is told what happens, to tell it to people. */
export interface Observer {
  /** An event was applied, and its records are about to be written. */
  applied(event: TurnEvent, applied: Applied): void;
  /** A line of a source was rejected. */
  rejected(source: string, line: number, rejection: Rejection): void;
}

/** What a run works with. */
export interface RunParts {
  sources: Source[];
  dialect: Dialect;
  tracker: Tracker;
  sink: Sink;
  observer: Observer;
}

/** How a run is to go. */
export interface RunOptions {
  /** Write no records for events that changed nothing. */
  skipReplayed: boolean;
  /** The longest line that is decoded, in bytes. */
  maxLineBytes: number;
  /** Ends the run after the event in hand. */
  signal: AbortSignal;
}

/** What became of the lines of a run that named an event of a turn. */
export interface Counts {
  /** Events that changed something. */
  applied: number;
  /** Events that had been applied before. */
  known: number;
  /** Answers that found no turn. */
  unmatched: number;
  /** Lines, or torn heads of them, that could not be decoded. */
  rejected: number;
}

/**
 * Reads the sources to their ends, one after the other.
 *
 * @throws {ReaderGone} Where nobody reads the sink any more.
 * @throws {Failure} Where the database or the sink cannot be written.
 */
export async function run(
  parts: RunParts,
  options: RunOptions,
): Promise<Counts> {
  const counts = { applied: 0, known: 0, unmatched: 0, rejected: 0 };
  for (const source of parts.sources) {
    if (options.signal.aborted) break;
    await runSource(source, parts, options, counts);
  }
  return counts;
}

async function runSource(
  source: Source,
  parts: RunParts,
  { skipReplayed, maxLineBytes, signal }: RunOptions,
  counts: Counts,
): Promise<void> {
  const { dialect, tracker, sink, observer } = parts;
  const lines = new LineReader(source.chunks, dialect.shape, maxLineBytes);
  const stop = () => lines.stop();
  signal.addEventListener("abort", stop);
  while (!signal.aborted) {
    await breathe();
    const line = await lines.next();
    if (line === undefined) break;
    const { event, rejection } = decode(line);
    if (rejection !== null) {
      counts.rejected++;
      observer.rejected(source.name, line.number, rejection);
    }
    if (event === null) continue;
    const applied = tracker.apply(event);
    const { known, turns } = applied;
    counts[known ? "known" : turns.length > 0 ? "applied" : "unmatched"]++;
    observer.applied(event, applied);
    if (known && skipReplayed) continue;
    await sink.write(turns.map(formatRecord).join(""));
  }
  signal.removeEventListener("abort", stop);

  function decode({ text }: Line) {
    if (text !== null) return dialect.decode(text);
    const reason = `it is longer than ${maxLineBytes} bytes`;
    return { event: null, rejection: { reason, torn: false } };
  }
}
