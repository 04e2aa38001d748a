/**
 * Notices that a log's names have come to mean other files.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { directoryMs, filesAt, Moved } from "./files.ts";
import { CLOCK_STEP } from "./survey.ts";
import { isSystemError } from "./troubles.ts";

/** The names of a log and of its rotated files, and which files they are. */
export class Names {
  #path: string;
  #clock: Clock;
  #places = "";
  /** When names in the directory changed last that were looked at. */
  #directoryMs = 0;

  constructor(path: string, clock: Clock) {
    this.#clock = clock;
    this.#path = path;
  }

  /** Takes down which files they are, as `filesAt` tells it. */
  note(places: string): void {
    this.#places = places;
  }

  /** Whether they are others by now, as after a copy. Costs little where not. */
  haveMoved(): boolean {
    const changedMs = directoryMs(this.#path);
    if (changedMs === this.#directoryMs) return false;
    // What comes in the same step of the clock could not be told from it.
    const isOver = this.#clock.nowMs() - changedMs > CLOCK_STEP;
    this.#directoryMs = isOver ? changedMs : 0;
    try {
      return filesAt(this.#path).places !== this.#places;
    } catch (error) {
      // Whoever looks closer meets it too, and tells it.
      if (error instanceof Moved || isSystemError(error)) return true;
      throw error;
    }
  }
}
