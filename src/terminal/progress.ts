/**
 * A progress bar for reading files, on a terminal.
 *
 * @module
 */

import {
  ProgressBar,
  type ProgressBarFormatter,
} from "@std/cli/unstable-progress-bar";
import type { Counts } from "../turns/counts.ts";
import type { Console } from "./console.ts";
import { messages } from "./messages.ts";
import { formatBytes, formatCount, formatDuration } from "./numbers.ts";
import { terminalWidth } from "./size.ts";

/** How often it is drawn, in milliseconds. */
const INTERVAL = 100;
/** How long a run must last for it to be shown, in milliseconds. */
const DELAY = 500;
const BAR = { barLength: 20, fillChar: "█", emptyChar: "░" };
const CLEAR_LINE = new TextEncoder().encode("\r\x1b[K");

/** A source that is read to its end. */
interface Progressing {
  /** Its size in bytes, `null` if unknown. */
  size: number | null;
  /** How many bytes of it have been read. */
  consumed: number;
}

/** Shows the progress until it is disposed of, if stderr is a terminal and stdout is not. */
export class ProgressLine implements AsyncDisposable {
  #bar: ProgressBar | undefined;
  #start: ReturnType<typeof setTimeout> | undefined;
  #update: ReturnType<typeof setInterval> | undefined;
  #console: Console;

  constructor(sources: Progressing[], counts: Counts, console: Console) {
    this.#console = console;
    const sizes = sources.map(({ size }) => size);
    if (!console.isWatched || sizes.some((size) => size === null)) return;
    // Records would be appended to its line.
    if (Deno.stdout.isTerminal()) return;
    const max = sizes.reduce<number>((sum, size) => sum + size!, 0);
    const value = () =>
      sources.reduce((sum, { consumed }) => sum + consumed, 0);
    this.#start = setTimeout(() => this.#show(max, value, counts), DELAY);
  }

  #show(max: number, value: () => number, counts: Counts): void {
    const formatter = (bar: ProgressBarFormatter) =>
      formatProgress(bar, counts, DELAY).slice(0, terminalWidth() - 1);
    const writable = new WritableStream<Uint8Array>({
      write: (bytes) => messages.draw(bytes),
    });
    const options = {
      ...{ writable, max, formatter },
      ...{ value: value(), interval: INTERVAL },
    };
    const bar = new ProgressBar({ ...options, ...BAR, clear: true });
    this.#bar = bar;
    this.#console.clearLine = () => {
      messages.draw(CLEAR_LINE);
    };
    // The bar redraws itself at its own interval.
    this.#update = setInterval(() => {
      bar.value = value();
    }, INTERVAL);
  }

  /** Removes it. */
  async end(): Promise<void> {
    clearTimeout(this.#start);
    clearInterval(this.#update);
    this.#console.clearLine = () => {};
    await this.#bar?.stop();
    this.#bar = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** One line: the bar, bytes, rate, turns, time left. */
export function formatProgress(
  { progressBar, time, value, max }: Pick<
    ProgressBarFormatter,
    "progressBar" | "time" | "value" | "max"
  >,
  { minted, known }: Pick<Counts, "minted" | "known">,
  elapsedBefore: number,
): string {
  const elapsed = time + elapsedBefore;
  const rate = value / elapsed * 1000;
  const left = value === 0 ? Infinity : Math.max(0, max - value) / rate * 1000;
  const parts = [
    `${progressBar} ${formatBytes(value)} of ${formatBytes(max)}`,
    `${formatBytes(rate)}/s`,
    `${formatCount(minted)} new turns`,
    ...(known > 0 ? [`${formatCount(known)} events known`] : []),
    ...(Number.isFinite(left) ? [`${formatDuration(left)} left`] : []),
  ];
  return parts.join(", ");
}
