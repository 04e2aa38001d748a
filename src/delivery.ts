/**
 * The one owner of the order in which lines take effect: apply → commit → emit
 * → move the checkpoint (SPEC section 4).
 *
 * @module
 */

import { joinBytes } from "./bytes.ts";
import type { Rejection } from "./dialect/dialect.ts";
import type { DeadLetter, SpoolFile } from "./output/dead_letter.ts";
import type { Delivered, Output } from "./output/output.ts";
import type { Sink } from "./output/sink.ts";
import type { Line, LogFile, Mark } from "./source/lines.ts";
import type { Position } from "./turns/checkpoint.ts";
import { addApplied, type Counts } from "./turns/counts.ts";
import type { TurnEvent } from "./turns/event.ts";
import type { Store } from "./turns/store.ts";
import type { Applied, Tracker } from "./turns/tracker.ts";

/** Is told what has been committed, to report it to people. */
export interface Observer {
  /** An event was applied. */
  applied(event: TurnEvent, applied: Applied): void;
  /** A line of a file was rejected; the number counts from 1. */
  rejected(file: string, line: number, reason: string): void;
}

/** What a {@linkcode Delivery} works with. */
export interface DeliveryParts {
  store: Pick<Store, "write" | "moveCheckpoint">;
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
}

/** How many events share a commit at most (SPEC section 4). */
const MOST_EVENTS = 256;
/** How long the first of them waits for the others, in milliseconds (SPEC section 4). */
const MOST_WAIT_MS = 20;
/** How many bytes of lines wait at most, or are written at a time. */
const MOST_BYTES = 1024 * 1024;

/**
 * What is kept of a line that waits for the commit, and what it results in
 * there.
 */
interface Taken extends Delivered, Pick<Line, "file" | "number" | "spool"> {
  events: readonly TurnEvent[];
  rejection: Rejection | null;
  rendered: Uint8Array[];
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
  #group: Taken[] = [];
  #events = 0;
  #bytes = 0;
  #begunMs = 0;
  /** By checkpoint, where to resume if the program ends before this group is emitted. */
  #starts = new Map<number, Position>();
  /** By checkpoint, up to where everything is taken, as marks say. */
  #reached = new Map<number, Position>();
  /** By checkpoint, the last line, if no mark has followed it. */
  #last = new Map<number, Line>();
  /** The files that were resumed, and in which a new prompt was met since. */
  #caughtUp = new Set<LogFile>();

  constructor(
    parts: DeliveryParts,
    { skipReplayed, mostEvents = MOST_EVENTS }: DeliveryOptions,
  ) {
    this.#parts = parts;
    this.#skipReplayed = skipReplayed;
    this.#mostEvents = mostEvents;
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
        this.#starts.set(id, place.begin());
        this.#reached.delete(id);
      }
    }
    const taken = this.#decode(line);
    const { events, rejection, envelope } = taken;
    if (events.length > 0 || rejection !== null || envelope !== null) {
      if (this.#group.length === 0) this.#begunMs = performance.now();
      this.#group.push(taken);
      this.#events += events.length;
      this.#bytes += line.end - line.start;
    }
    return this.#isFull;
  }

  /** Takes a mark: all lines before it have been taken. */
  mark({ position }: Mark): void {
    const reached = position();
    this.#reached.set(reached.id, reached);
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
      this.#reached.set(id, place!.end());
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
    let failure: { error: unknown } | undefined;
    const work = () => {
      let isChanged = false;
      for (const taken of group) {
        failure = this.#apply(taken);
        isChanged ||= taken.outcomes.some(({ applied }) => isNew(applied));
        if (failure !== undefined) break;
      }
      // None of the records is written yet, so a restart resumes before them.
      if (isChanged) {
        starts.forEach((at) => this.#parts.store.moveCheckpoint(at));
      }
    };
    // What only reads must not wait for other writers.
    if (hasEvents) await this.#parts.store.write(work);
    else work();
    for (const taken of group) this.#report(taken);
    await this.#emit(group);
    if (failure !== undefined) throw failure.error;
  }

  get #isFull(): boolean {
    return this.#events >= this.#mostEvents || this.#bytes >= MOST_BYTES ||
      this.#group.length > 0 &&
        performance.now() - this.#begunMs >= MOST_WAIT_MS;
  }

  #decode(line: Line): Taken {
    const { file, number, spool, text, bytes, isOther, limit } = line;
    const { decoder } = file;
    const taken: Taken = {
      ...{ file, number, spool, events: [], rejection: null, envelope: null },
      ...{ outcomes: [], rendered: [] },
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

  /** Applies the events of a line and renders it; gives the failure of one, if any. */
  #apply(taken: Taken): { error: unknown } | undefined {
    const { tracker, output } = this.#parts;
    for (const event of taken.events) {
      try {
        const applied = tracker.apply(event);
        const isSkipped = this.#isSkipped(taken.file, applied);
        taken.outcomes.push({ event, applied, isSkipped });
      } catch (error) {
        // What was applied before is kept and emitted, as without a group.
        return { error };
      }
    }
    taken.rendered = output.render(taken);
    return undefined;
  }

  /** SPEC section 4, `--skip-replayed`. */
  #isSkipped(file: LogFile, applied: Applied): boolean {
    // An answer may be new because it was unmatched before the restart.
    if (applied.change === "minted") this.#caughtUp.add(file);
    return this.#skipReplayed && applied.change === "known" &&
      (!file.isResumed || this.#caughtUp.has(file));
  }

  #report({ file, number, spool, rejection, outcomes }: Taken): void {
    const { counts, deadLetter, observer } = this.#parts;
    if (rejection !== null) {
      counts.rejected++;
      deadLetter?.add(rejection.bytes ?? spool as SpoolFile);
      observer.rejected(file.name, number, rejection.reason);
    }
    for (const { event, applied } of outcomes) {
      addApplied(counts, applied);
      observer.applied(event, applied);
    }
  }

  async #emit(group: Taken[]): Promise<void> {
    let pieces: Uint8Array[] = [];
    let size = 0;
    for (const [i, { rendered }] of group.entries()) {
      pieces.push(...rendered);
      size += rendered.reduce((sum, { length }) => sum + length, 0);
      if (size < MOST_BYTES && i < group.length - 1) continue;
      if (size > 0) await this.#parts.sink.write(joinBytes(pieces));
      pieces = [];
      size = 0;
    }
  }

  async #moveCheckpoints(): Promise<void> {
    if (this.#reached.size === 0) return;
    const reached = [...this.#reached.values()];
    this.#reached.clear();
    const { store } = this.#parts;
    await store.write(() => reached.forEach((at) => store.moveCheckpoint(at)));
  }
}

/** Whether an event changed the database. */
function isNew({ change }: Applied): boolean {
  return change !== "known" && change !== "unmatched";
}
