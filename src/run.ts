/**
 * Joins the parts: lines are decoded, events applied and committed, records
 * written; then the next line is waited for (SPEC section 4).
 *
 * @module
 */

import type { DeadLetter, SpoolFile } from "./output/dead_letter.ts";
import type { Dialect } from "./dialect/dialect.ts";
import type { Decoded, Rejection, TurnEvent } from "./turns/event.ts";
import type { Output } from "./output/output.ts";
import type { Sink } from "./output/sink.ts";
import { MOST_LINE_BYTES } from "./source/candidate.ts";
import type { Tally } from "./source/candidate_filter.ts";
import type { Position } from "./turns/checkpoint.ts";
import type { CheckpointStore } from "./turns/store.ts";
import { isMark, type Line, LineReader, type Placed } from "./source/lines.ts";
import type { Source } from "./source/source.ts";
import { breathe } from "./system/breathe.ts";
import type { Applied, Tracker } from "./turns/tracker.ts";

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
  /** Where to store how far a followed source has been read. */
  checkpoints: Pick<CheckpointStore, "moveCheckpoint">;
  sink: Pick<Sink, "check">;
  output: Output;
  /** Where rejected lines are kept, if they are. */
  deadLetter: DeadLetter | null;
  observer: Observer;
}

/** How a run is to go. */
export interface RunOptions {
  /** The longest line that is decoded, in bytes. */
  maxLineBytes: number;
  /** Ends the run after the event in hand. */
  signal: AbortSignal;
}

/** What became of the lines of a run. */
export interface Counts extends Tally {
  /** Turns that were minted. */
  minted: number;
  /** Prompts and answers that had been applied before. */
  known: number;
  /** Turns that an answer completed. */
  completed: number;
  /** Turns that a prompt orphaned, or that were orphaned from the start. */
  orphaned: number;
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
  counts: Counts,
): Promise<void> {
  try {
    for (const source of parts.sources) {
      if (options.signal.aborted) break;
      await runSource(source, parts, options, counts);
    }
  } catch (error) {
    // What was committed before is told; why the run ends says more than why it
    // cannot be.
    await parts.output.flush().catch(() => {});
    throw error;
  }
}

/** The counts of a run that has not begun. */
export function noCounts(): Counts {
  return {
    ...{ bytes: 0, lines: 0, minted: 0, known: 0, completed: 0 },
    ...{ orphaned: 0, unmatched: 0, rejected: 0 },
  };
}

async function runSource(
  source: Source,
  parts: RunParts,
  { maxLineBytes, signal }: RunOptions,
  counts: Counts,
): Promise<void> {
  const { dialect, tracker, checkpoints, output, deadLetter, observer } = parts;
  const lines = new LineReader(source.read(dialect.shape, {
    maxLineBytes,
    otherLineBytes: output.wantsEveryLine ? MOST_LINE_BYTES : undefined,
    spool: deadLetter === null ? undefined : () => deadLetter.spool(),
    tally: counts,
  }));
  const stop = () => lines.stop();
  signal.addEventListener("abort", stop);
  /** The last line of each followed file, where no mark came behind it. */
  const last = new Map<number, Placed>();
  while (!signal.aborted) {
    await breathe();
    const item = await lines.next();
    if (item === undefined) break;
    if (isMark(item)) {
      parts.sink.check();
      if (item.position !== null) await reached(item.position());
    } else {
      await process(item);
      if (item.placed) last.set(item.placed.id, item.placed);
    }
    // Nothing is kept back while there is nothing to read.
    if (!lines.hasNext) await output.flush();
  }
  signal.removeEventListener("abort", stop);
  await output.flush();
  for (const { end } of last.values()) await reached(end());

  /** All before this position is applied. */
  async function reached(position: Position): Promise<void> {
    await output.flush();
    checkpoints.moveCheckpoint(position);
    last.delete(position.id);
  }

  async function process(line: Line): Promise<void> {
    const { event, rejection } = decode(line);
    if (rejection !== null) reject(line, rejection);
    if (event === null) return await output.take(line, null);
    const { placed } = line;
    if (placed !== undefined) await output.flush();
    // Its record is still to be written, so this is as far as a restart may go.
    const alongside = placed === undefined
      ? undefined
      : () => checkpoints.moveCheckpoint(placed.begin());
    const applied = tracker.apply(event, alongside);
    count(counts, event, applied);
    observer.applied(event, applied);
    await output.take(line, { event, applied });
  }

  function decode({ text, isOther, limit }: Line): Decoded {
    if (text !== null && !isOther) return dialect.decode(text);
    const reason = text === null
      ? `it is longer than ${limit} bytes`
      : dialect.refusal(text);
    const rejection = reason === null ? null : { reason, torn: false };
    return { event: null, rejection };
  }

  function reject({ number, bytes, spool }: Line, rejection: Rejection): void {
    counts.rejected++;
    deadLetter?.add(
      bytes === null
        ? spool as SpoolFile
        : dialect.rejectedPart(bytes, rejection),
    );
    observer.rejected(source.name, number, rejection);
  }
}

/** Adds what an event came to. */
function count(counts: Counts, event: TurnEvent, applied: Applied): void {
  const { turns, known, completed } = applied;
  const isNew = !known && event.kind === "prompt";
  if (known) counts.known++;
  if (turns.length === 0) counts.unmatched++;
  if (completed) counts.completed++;
  if (isNew) {
    counts.minted++;
    counts.orphaned += turns.filter(({ status }) =>
      status === "orphaned"
    ).length;
  }
}
