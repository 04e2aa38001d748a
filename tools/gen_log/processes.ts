/**
 * The sessions of a generated log and the processes that they run in.
 *
 * @module
 */

import type { Random } from "./random.ts";

/** A process at work on a session. */
export interface Process {
  sid: string;
  pid: number;
  /** Number of the last turn. */
  turn: number;
  /** Number of events written. */
  events: number;
  /** A turn is running. */
  busy: boolean;
}

/** All processes, old and new. */
export class Processes {
  #random: Random;
  #all: Process[] = [];
  #sessions = 0;
  #sessionsAtEnd: number;

  /** At the end of the log there will have been so many sessions. */
  constructor(random: Random, sessions: number) {
    this.#random = random;
    this.#sessionsAtEnd = sessions;
  }

  /**
   * A process that waits for a prompt: an old one, or one just started.
   *
   * @param share How much of the log is written.
   * @param now The time, in milliseconds.
   */
  idle(share: number, now: number): Process {
    const random = this.#random;
    if (this.#sessions <= this.#sessionsAtEnd * share) return this.#start(now);
    for (let tries = 0; tries < 8; tries++) {
      // The newest sessions are the busiest.
      const back = random.size(40, this.#all.length);
      const process = this.#all[this.#all.length - 1 - back];
      if (!process || process.busy) continue;
      return random.chance(0.04) ? this.#start(now, process.sid) : process;
    }
    return this.#start(now, random.pick(this.#all).sid);
  }

  /** Any process. */
  any(): Process {
    return this.#random.pick(this.#all);
  }

  /** Starts a process, for a new session or to resume an old one. */
  #start(now: number, sid?: string): Process {
    const random = this.#random;
    if (sid === undefined) this.#sessions++;
    // Some processes serve several sessions.
    const shared = sid === undefined && this.#all.length > 0 &&
      random.chance(0.1);
    const process = {
      sid: sid ?? random.uuid(now),
      pid: shared ? this.any().pid : random.between(1_000, 4_194_303),
      turn: 0,
      events: 0,
      busy: false,
    };
    this.#all.push(process);
    return process;
  }
}
