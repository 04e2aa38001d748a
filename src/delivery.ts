/**
 * The one owner of the order in which lines take effect: apply → commit → emit
 * → move the checkpoint (SPEC section 4).
 *
 * @module
 */

import { ByteCollector } from "./bytes.ts";
import type { Envelope, Rejection } from "./dialect/dialect.ts";
import type { DeadLetter, SpoolFile } from "./output/dead_letter.ts";
import type { Outcome, Output } from "./output/output.ts";
import type { Sink } from "./output/sink.ts";
import type { Line, LogFile, Mark } from "./source/lines.ts";
import type { Position } from "./turns/checkpoint.ts";
import {
  addApplied,
  addCounts,
  type Counts,
  noCounts,
} from "./turns/counts.ts";
import type { TurnEvent } from "./turns/event.ts";
import type { Expected, Store } from "./turns/store.ts";
import type { Applied, Tracker } from "./turns/tracker.ts";

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

/** How many events share a commit at most (SPEC section 4). */
const MOST_EVENTS = 256;
/** How long the first of them waits for the others, in milliseconds (SPEC section 4). */
const MOST_WAIT_MS = 20;
/** How many bytes of lines wait at most. */
const MOST_BYTES = 1024 * 1024;

/** A position, and how many lines before it this run rejected. */
interface Reached {
  position: Position;
  rejected: number;
}

/** What is kept of a line that waits for the commit. */
interface Taken extends Pick<Line, "file" | "number" | "spool"> {
  events: readonly TurnEvent[];
  rejection: Rejection | null;
  envelope: Envelope | null;
  /** What to report once it is committed. */
  messages: string[];
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
  #group: Taken[] = [];
  /** What to write once the group is committed. */
  #rendered = new ByteCollector(MOST_BYTES);
  #events = 0;
  #bytes = 0;
  #begunMs = 0;
  /** By checkpoint, where to resume if the program ends before this group is emitted. */
  #starts = new Map<number, Reached>();
  /** By checkpoint, up to where everything is taken, as marks say. */
  #reached = new Map<number, Reached>();
  /** By checkpoint, how many lines were rejected, and how many of them are stored. */
  #rejected = new Map<number, { met: number; stored: number }>();
  /** By checkpoint, the last line, if no mark has followed it. */
  #last = new Map<number, Line>();
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
  }

  /**
   * Takes the next line.
   *
   * @returns Whether the lines in hand are to be committed now.
   */
  take(line: Line): boolean {
    const { file: { id }, place } = line;
    if (place !== undefined) {
      this.#last.set(id, line);
      if (!this.#starts.has(id)) {
        this.#starts.set(id, this.#at(place.begin()));
        this.#reached.delete(id);
      }
    }
    const taken = this.#decode(line);
    const { events, rejection, envelope } = taken;
    if (place !== undefined && rejection !== null) this.#countRejected(id);
    if (events.length > 0 || rejection !== null || envelope !== null) {
      if (this.#group.length === 0) this.#begunMs = this.#now();
      this.#group.push(taken);
      this.#events += events.length;
      this.#bytes += line.end - line.start;
    }
    return this.#isFull;
  }

  /** Takes a mark: all lines before it have been taken. */
  mark({ position }: Mark): void {
    const reached = position();
    this.#reached.set(reached.id, this.#at(reached));
    this.#last.delete(reached.id);
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
    for (const [id, { place }] of this.#last) {
      this.#reached.set(id, this.#at(place!.end()));
    }
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
    const starts = [...this.#starts.values()];
    const hasEvents = this.#events > 0;
    this.#group = [];
    this.#starts.clear();
    this.#events = this.#bytes = 0;
    if (group.length === 0) return;
    let results = noCounts();
    let failure: { error: unknown } | undefined;
    let applied = 0;
    let moved: Reached[] = [];
    let isRepeated = false;
    const work = () => {
      // The store may run it once more, after a run that was committed or not.
      results = noCounts();
      failure = undefined;
      moved = [];
      this.#rendered.clear();
      if (isRepeated) this.#parts.output.forget();
      for (applied = 0; applied < group.length && !failure; applied++) {
        failure = this.#apply(group[applied], results, isRepeated);
      }
      isRepeated = true;
      const { minted, completed, updated, ended } = results;
      if (minted + completed + updated + ended === 0) return;
      // None of the records is written yet, so a restart resumes before them.
      moved = starts;
      this.#moveAll(moved);
    };
    const { store, sink, counts } = this.#parts;
    // What only reads must not wait for other writers.
    await (hasEvents ? store.write(work, expectedOf(group)) : store.read(work));
    this.#noteMoved(moved);
    addCounts(counts, results);
    for (const taken of group.slice(0, applied)) this.#report(taken);
    const records = this.#rendered.bytes;
    if (records.length > 0) await sink.write(records);
    this.#rendered.clear();
    if (failure !== undefined) throw failure.error;
  }

  get #isFull(): boolean {
    return this.#events >= this.#mostEvents || this.#bytes >= MOST_BYTES ||
      this.#group.length > 0 &&
        this.#now() - this.#begunMs >= MOST_WAIT_MS;
  }

  #decode(line: Line): Taken {
    const { file, decoder, number, spool, text, bytes, isOther, limit } = line;
    const taken: Taken = {
      file,
      number,
      spool,
      events: [],
      rejection: null,
      envelope: null,
      messages: [],
    };
    if (text === null || bytes === null) {
      const reason = `it is longer than ${limit} bytes`;
      taken.rejection = { reason, bytes: null };
      return taken;
    }
    if (this.#parts.output.wantsEveryLine) {
      const opened = decoder.open(text, bytes);
      taken.envelope = opened.envelope;
      taken.rejection = opened.rejection;
    }
    if (isOther) return taken;
    const { events, rejection } = decoder.decode(text, bytes);
    taken.events = events;
    taken.rejection = rejection;
    return taken;
  }

  /**
   * Applies the events of a line, and renders all that is to be seen of it.
   *
   * @param isRepeated Whether the events may have been committed before, so that
   * they seem to be known although no record of them was written.
   * @returns The failure of an event, if any.
   */
  #apply(
    taken: Taken,
    results: Counts,
    isRepeated: boolean,
  ): { error: unknown } | undefined {
    const { tracker, output, observer } = this.#parts;
    const { file, events, envelope } = taken;
    const outcomes: Outcome[] = [];
    let failure: { error: unknown } | undefined;
    taken.messages = [];
    for (const event of events) {
      try {
        const applied = tracker.apply(event);
        const isSkipped = this.#isSkipped(file, applied) && !isRepeated;
        outcomes.push({ event, applied, isSkipped });
        addApplied(results, applied);
        const message = observer.describe(event, applied);
        if (message !== null) taken.messages.push(message);
      } catch (error) {
        // What was applied before is kept and emitted, as without a group.
        failure = { error };
        break;
      }
    }
    if (failure === undefined || outcomes.length > 0) {
      output.render({ outcomes, envelope }, this.#rendered);
    }
    return failure;
  }

  /** SPEC section 4, `--skip-replayed`. */
  #isSkipped(file: LogFile, applied: Applied): boolean {
    // An answer may be new because it was unmatched before the restart.
    if (applied.change === "minted") this.#caughtUp.add(file);
    return this.#skipReplayed && applied.change === "known" &&
      (!file.isResumed || this.#caughtUp.has(file));
  }

  #report({ file, number, spool, rejection, messages }: Taken): void {
    const { counts, deadLetter, observer } = this.#parts;
    if (rejection !== null) {
      counts.rejected++;
      deadLetter?.add(rejection.bytes ?? spool as SpoolFile);
      observer.rejected(file.name, number, rejection.reason);
    }
    for (const message of messages) observer.report(message);
  }

  async #moveCheckpoints(): Promise<void> {
    if (this.#reached.size === 0) return;
    const reached = [...this.#reached.values()];
    this.#reached.clear();
    const { store } = this.#parts;
    const work = () => this.#moveAll(reached);
    await store.write(work, { events: [], owners: [] });
    this.#noteMoved(reached);
  }

  /** Moves checkpoints, and counts the lines that were rejected before them. */
  #moveAll(reached: readonly Reached[]): void {
    for (const { position, rejected } of reached) {
      const { stored = 0 } = this.#rejected.get(position.id) ?? {};
      this.#parts.store.moveCheckpoint(position, rejected - stored);
    }
  }

  /** Notes what was committed. */
  #noteMoved(reached: readonly Reached[]): void {
    for (const { position: { id }, rejected } of reached) {
      const counts = this.#rejected.get(id);
      if (counts !== undefined) counts.stored = rejected;
    }
  }

  #at(position: Position): Reached {
    return { position, rejected: this.#rejected.get(position.id)?.met ?? 0 };
  }

  #countRejected(id: number): void {
    const { met, stored } = this.#rejected.get(id) ?? { met: 0, stored: 0 };
    this.#rejected.set(id, { met: met + 1, stored });
  }
}

function expectedOf(group: readonly Taken[]): Expected {
  return {
    events: group.flatMap(({ events }) => events),
    owners: group.flatMap(({ events, envelope }) =>
      events.length === 0 ? envelope?.owner ?? [] : []
    ),
  };
}
