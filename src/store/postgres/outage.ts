/**
 * How long a program waits for a database that cannot be used at the moment.
 *
 * @module
 */

import { Stopped } from "../../error.ts";
import { isRefused, reasonOf, storeFailure } from "./failure.ts";

/** How long to wait before the next attempt, at first and at most, in milliseconds. */
const [FIRST_WAIT_MS, MOST_WAIT_MS] = [50, 2000];
/** After how long to report it, and how often, in milliseconds. */
const [QUIET_MS, REPORT_MS] = [1000, 60_000];

/** How to wait. */
export interface Patience {
  /** How long at most, in milliseconds. */
  limitMs: number;
  /** Ends the wait while the database is being opened. */
  signal?: AbortSignal;
  /** Reports to people. */
  warn: (message: string) => void;
}

/** Waits as long as one thing after the other fails. */
export class Outage {
  #name: string;
  #patience: Patience;
  #begunMs: number | undefined;
  #waitMs = 0;
  #nextReportMs = QUIET_MS;

  /** @param name The database, as messages name it. */
  constructor(name: string, patience: Patience) {
    this.#name = name;
    this.#patience = patience;
  }

  /** How long it has been, in milliseconds; 0 if all is well. */
  get lastsMs(): number {
    return this.#begunMs === undefined ? 0 : performance.now() - this.#begunMs;
  }

  /**
   * Waits before the next attempt. The first follows at once.
   *
   * @param isOpening Whether the database was never reached, so that one that
   * refuses this client will do so for ever.
   * @throws {Failure} Where that is too long.
   * @throws {Stopped} Where a signal ended the wait.
   */
  async wait(error: unknown, isOpening: boolean): Promise<void> {
    const { limitMs, signal, warn } = this.#patience;
    const isFinal = isOpening && isRefused(error);
    this.#begunMs ??= performance.now();
    if (isFinal || this.lastsMs >= limitMs) {
      throw storeFailure(this.#name, error);
    }
    if (this.lastsMs >= this.#nextReportMs) {
      this.#nextReportMs = this.lastsMs + REPORT_MS;
      warn(
        `waiting for database ${JSON.stringify(this.#name)}: ${
          reasonOf(error)
        }; nothing is lost, it is retried`,
      );
    }
    await pause(this.#waitMs, isOpening ? signal : undefined);
    if (isOpening && signal?.aborted) throw new Stopped();
    this.#waitMs = Math.min(MOST_WAIT_MS, 2 * this.#waitMs || FIRST_WAIT_MS);
  }

  /** All is well again. */
  end(): void {
    if (this.#begunMs === undefined) return;
    if (this.#nextReportMs > QUIET_MS) {
      this.#patience.warn(
        `database ${JSON.stringify(this.#name)} can be used again after ${
          Math.round(this.lastsMs / 1000)
        } seconds`,
      );
    }
    this.#begunMs = undefined;
    this.#waitMs = 0;
    this.#nextReportMs = QUIET_MS;
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
