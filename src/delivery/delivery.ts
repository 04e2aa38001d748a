/**
 * The one owner of the order in which lines take effect: apply → commit → emit
 * → move the checkpoint (SPEC section 4).
 *
 * @module
 */

import { ByteCollector } from "../bytes.ts";
import type { DeadLetter, SpoolFile } from "../output/dead_letter.ts";
import type { Outcome, Output } from "../output/output.ts";
import type { Sink } from "../output/sink.ts";
import type { Line, LogFile, Mark } from "../source/lines.ts";
import {
  addApplied,
  addCounts,
  type Counts,
  noCounts,
} from "../turns/counts.ts";
import type { TurnEvent } from "../turns/event.ts";
import type { Store } from "../turns/store.ts";
import type { Applied, Tracker } from "../turns/tracker.ts";
import { decode, Group, MOST_BYTES, MOST_EVENTS, type Taken } from "./group.ts";
import { Positions, type Reached } from "./positions.ts";

/** Reports to people what has been committed. */
export interface Observer {
  /** What to report of an event that was applied, if anything. */
  describe(event: TurnEvent, applied: Applied): string | null;
  /** Reports what {@linkcode describe} returned. */
  report(message: string): void;
  /** Reports that a line of a file was rejected; the number counts from 1. */
  rejected(file: string, line: number, reason: string): void;
}

/** What a {@linkcode Delivery} works with. */
export interface DeliveryParts {
  store: Pick<Store, "write" | "read" | "moveCheckpoint">;
  tracker: Pick<Tracker, "apply">;
  output: Output;
  sink: Sink;
  /** Where rejected lines are kept, if they are. */
  deadLetter: DeadLetter | null;
  observer: Observer;
  /** Is kept up to date with what was committed. */
  counts: Counts;
}

/** How to deliver. */
export interface DeliveryOptions {
  /** Emit nothing for events that changed nothing (SPEC section 4). */
  skipReplayed: boolean;
  /** How many events share a commit at most. @default {256} */
  mostEvents?: number;
  /** The clock, in milliseconds. @default {performance.now} */
  now?: () => number;
}

/** What is to be reported of a line once it is committed. */
interface Report {
  line: Taken;
  messages: string[];
}

/** What a transaction results in. */
interface CommitResult {
  counts: Counts;
  /** The lines that were applied. */
  reports: Report[];
  /** The checkpoints that were moved. */
  moved: Reached[];
  /** What an event threw, if any did: it ends the run once the rest is emitted. */
  failure?: { error: unknown };
}

/**
 * Takes lines, and applies those that were read already in one transaction:
 * each event in a savepoint of its own, so that any grouping gives the same
 * database and the same stream. What people and programs see waits for the
 * commit.
 */
export class Delivery {
  #parts: DeliveryParts;
  #skipReplayed: boolean;
  #mostEvents: number;
  #now: () => number;
  #group: Group;
  #positions: Positions;
  /** What to write once the group is committed. */
  #rendered = new ByteCollector(MOST_BYTES);
  /** The files that were resumed, and in which a new prompt was met since. */
  #caughtUp = new Set<LogFile>();

  constructor(
    parts: DeliveryParts,
    {
      skipReplayed,
      mostEvents = MOST_EVENTS,
      now = () => performance.now(),
    }: DeliveryOptions,
  ) {
    this.#parts = parts;
    this.#skipReplayed = skipReplayed;
    this.#mostEvents = mostEvents;
    this.#now = now;
    this.#group = new Group(mostEvents);
    this.#positions = new Positions(parts.store);
  }

  /**
   * Takes the next line.
   *
   * @returns Whether the lines in hand are to be committed now.
   */
  take(line: Line): boolean {
    this.#positions.take(line);
    const taken = decode(line, this.#parts.output.wantsEveryLine);
    if (taken.rejection !== null) this.#positions.reject(line);
    const now = this.#now();
    this.#group.add(taken, line.end - line.start, now);
    return this.#group.isFull(now);
  }

  /** Takes a mark: all lines before it have been taken. */
  mark({ position }: Mark): void {
    this.#positions.mark(position());
  }

  /**
   * Delivers all that is in hand, since the source is about to wait.
   *
   * @throws As {@linkcode commit} does.
   */
  async pause(): Promise<void> {
    await this.commit();
    await this.#moveCheckpoints();
    this.#parts.sink.check();
  }

  /**
   * Delivers all that is in hand, since nothing more will come.
   *
   * @throws As {@linkcode commit} does.
   */
  async finish(): Promise<void> {
    await this.commit();
    this.#positions.finish();
    await this.#moveCheckpoints();
  }

  /**
   * Commits the lines in hand, then writes their records and reports them.
   *
   * @throws {ReaderGone} Where stdout is closed.
   * @throws {Failure} Where the database or stdout cannot be written.
   */
  async commit(): Promise<void> {
    const group = this.#group;
    const starts = this.#positions.takeStarts();
    this.#group = new Group(this.#mostEvents);
    if (group.lines.length === 0) return;
    const { store, sink, counts } = this.#parts;
    let isRepeated = false;
    const work = () => {
      const result = this.#transact(group, starts, isRepeated);
      isRepeated = true;
      return result;
    };
    // What only reads must not wait for other writers.
    const result =
      await (group.hasEvents
        ? store.write(work, group.expected)
        : store.read(work));
    this.#positions.commit(result.moved);
    addCounts(counts, result.counts);
    result.reports.forEach((report) => this.#report(report));
    const records = this.#rendered.bytes;
    if (records.length > 0) await sink.write(records);
    this.#rendered.clear();
    if (result.failure !== undefined) throw result.failure.error;
  }

  /**
   * Applies the lines of a group in a transaction.
   *
   * @param isRepeated Whether the store runs it once more, after a run that was
   * committed or not: events may seem to be known although no record of them was
   * written.
   */
  #transact(
    group: Group,
    starts: Reached[],
    isRepeated: boolean,
  ): CommitResult {
    this.#rendered.clear();
    if (isRepeated) this.#parts.output.forget();
    const result: CommitResult = { counts: noCounts(), reports: [], moved: [] };
    for (const line of group.lines) {
      this.#apply(line, result, isRepeated);
      // What was applied before is kept and emitted, as without a group.
      if (result.failure !== undefined) break;
    }
    const { minted, completed, updated, ended } = result.counts;
    if (minted + completed + updated + ended > 0) {
      // None of the records is written yet, so a restart resumes before them.
      this.#positions.move(starts);
      result.moved = starts;
    }
    return result;
  }

  /** Applies the events of a line, and renders all that is to be seen of it. */
  #apply(line: Taken, result: CommitResult, isRepeated: boolean): void {
    const { tracker, output, observer } = this.#parts;
    const { file, events, envelope } = line;
    const outcomes: Outcome[] = [];
    const messages: string[] = [];
    for (const event of events) {
      try {
        const applied = tracker.apply(event);
        const isSkipped = this.#isSkipped(file, applied) && !isRepeated;
        outcomes.push({ event, applied, isSkipped });
        addApplied(result.counts, applied);
        const message = observer.describe(event, applied);
        if (message !== null) messages.push(message);
      } catch (error) {
        result.failure = { error };
        break;
      }
    }
    result.reports.push({ line, messages });
    if (result.failure === undefined || outcomes.length > 0) {
      output.render({ outcomes, envelope }, this.#rendered);
    }
  }

  /** SPEC section 4, `--skip-replayed`. */
  #isSkipped(file: LogFile, applied: Applied): boolean {
    // An answer may be new because it was unmatched before the restart.
    if (applied.change === "minted") this.#caughtUp.add(file);
    return this.#skipReplayed && applied.change === "known" &&
      (!file.isResumed || this.#caughtUp.has(file));
  }

  #report({ line, messages }: Report): void {
    const { counts, deadLetter, observer } = this.#parts;
    const { file, number, spool, rejection } = line;
    if (rejection !== null) {
      counts.rejected++;
      deadLetter?.add(rejection.bytes ?? spool as SpoolFile);
      observer.rejected(file.name, number, rejection.reason);
    }
    for (const message of messages) observer.report(message);
  }

  async #moveCheckpoints(): Promise<void> {
    const reached = this.#positions.takeReached();
    if (reached.length === 0) return;
    const work = () => this.#positions.move(reached);
    await this.#parts.store.write(work, { events: [], owners: [] });
    this.#positions.commit(reached);
  }
}
