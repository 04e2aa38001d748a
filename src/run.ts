/**
 * Joins the parts: lines are decoded, events applied and committed, records
 * written; then the next line is waited for (SPEC section 4).
 *
 * @module
 */

import type { DeadLetter, SpoolFile } from "./dead_letter.ts";
import type { Dialect } from "./dialect/dialect.ts";
import type { Decoded, Rejection, TurnEvent } from "./event.ts";
import { formatRecord } from "./record.ts";
import type { Sink } from "./sink.ts";
import { isMark, type Line, LineReader } from "./source/lines.ts";
import type { CheckpointStore, Position } from "./source/follow/position.ts";
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
  /** Where to store how far a followed source has been read. */
  checkpoints: Pick<CheckpointStore, "moveCheckpoint">;
  sink: Sink;
  /** Where rejected lines are kept, if they are. */
  deadLetter: DeadLetter | null;
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
  const { dialect, tracker, checkpoints, sink, deadLetter, observer } = parts;
  const lines = new LineReader(source.read(dialect.shape, {
    maxLineBytes,
    spool: deadLetter === null ? undefined : () => deadLetter.spool(),
  }));
  const stop = () => lines.stop();
  signal.addEventListener("abort", stop);
  let last: (() => Position) | undefined;
  while (!signal.aborted) {
    await breathe();
    const item = await lines.next();
    if (item === undefined) break;
    if (isMark(item)) {
      sink.check();
      if (item.position !== null) reached(item.position);
    } else {
      await process(item);
      last = item.placed?.end;
    }
  }
  signal.removeEventListener("abort", stop);
  if (last !== undefined) reached(last);

  /** All before this position is written. */
  function reached(position: () => Position): void {
    checkpoints.moveCheckpoint(position());
    last = undefined;
  }

  async function process(line: Line): Promise<void> {
    const { event, rejection } = decode(line);
    if (rejection !== null) reject(line, rejection);
    if (event === null) return;
    const { placed } = line;
    // Its record is still to be written, so this is as far as a restart may go.
    const alongside = placed === undefined
      ? undefined
      : () => checkpoints.moveCheckpoint(placed.begin());
    const applied = tracker.apply(event, alongside);
    const { known, turns } = applied;
    counts[known ? "known" : turns.length > 0 ? "applied" : "unmatched"]++;
    observer.applied(event, applied);
    if (known && skipReplayed) return;
    await sink.write(turns.map(formatRecord).join(""));
  }

  function decode({ text }: Line): Decoded {
    if (text !== null) return dialect.decode(text);
    const reason = `it is longer than ${maxLineBytes} bytes`;
    return { event: null, rejection: { reason, torn: false } };
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
