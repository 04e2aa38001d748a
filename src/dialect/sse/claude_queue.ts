/**
 * The prompts of Claude Code that were typed while a turn runs, and wait.
 *
 * @module
 */

import type { About } from "./envelope.ts";

/** A prompt, and where and when it was typed. */
export interface Queued {
  about: About;
  text: string;
}

/** How many are remembered; far more than people type while a turn runs. */
const MOST_QUEUED = 1000;

/** The prompts that wait, of all sessions; the oldest first. */
export class Queue {
  #waiting: Queued[];

  constructor(saved: Queued[]) {
    this.#waiting = saved;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get saved(): Queued[] {
    return this.#waiting;
  }

  /** Adds a prompt, unless its line is read again. */
  add(queued: Queued): void {
    const isKnown = this.#waiting.some(({ about, text }) =>
      about.sid === queued.about.sid && about.t === queued.about.t &&
      text === queued.text
    );
    if (isKnown) return;
    this.#waiting.push(queued);
    if (this.#waiting.length > MOST_QUEUED) this.#waiting.shift();
  }

  /**
   * Takes a session's oldest prompt.
   *
   * @param text The oldest one of this text, if it is known.
   */
  take(sid: string, text: string | null): Queued | undefined {
    const at = this.#waiting.findIndex((it) =>
      it.about.sid === sid && (text === null || it.text === text)
    );
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }

  /** Drops all prompts of a session. */
  clear(sid: string): void {
    this.#waiting = this.#waiting.filter(({ about }) => about.sid !== sid);
  }
}
