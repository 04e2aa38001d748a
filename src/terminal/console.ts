/**
 * What the program says to people, all of it on stderr (SPEC section 8).
 *
 * @module
 */

import type { Counts } from "../turns/counts.ts";
import type { TurnEvent } from "../turns/event.ts";
import type { Applied } from "../turns/tracker.ts";
import { type Color, paint, RED, STATUS_COLORS } from "./colors.ts";
import { formatCount, formatDuration } from "./numbers.ts";
import { escaped, visible } from "./visible.ts";

/** How much of a prompt is told, in characters. */
const MOST_WORDS = 40;

/** How to speak. */
export interface ConsoleOptions {
  /** Whether a person reads it at once. */
  isTerminal: boolean;
  /** Use colours. */
  color: boolean;
  /** Tell of each turn event. */
  verbose?: boolean;
  /** Tell of nothing but errors. */
  quiet?: boolean;
}

/** Writes lines to stderr. */
export class Console {
  #isTerminal: boolean;
  #color: boolean;
  #verbose: boolean;
  #quiet: boolean;
  #begun = performance.now();
  /** Clears what stands on the terminal's last line and is not to stay. */
  clearLine = () => {};

  constructor(
    { isTerminal, color, verbose = false, quiet = false }: ConsoleOptions,
  ) {
    this.#isTerminal = isTerminal;
    this.#color = color;
    this.#verbose = verbose && !quiet;
    this.#quiet = quiet;
  }

  /** Whether a person watches who wants to be told how it goes. */
  get isWatched(): boolean {
    return this.#isTerminal && !this.#quiet;
  }

  /** Tells why the program ends, or what it lost. */
  error(message: string): void {
    // Names of files and words of the command line may hold anything.
    this.#write(
      `${this.#paint(RED, "turn-counter:")} ${escaped(message)}`,
    );
  }

  /** Tells somebody at a terminal what the program is waiting for. */
  waiting(): void {
    if (!this.isWatched) return;
    this.#write(
      "turn-counter waits for the log on stdin; give it one with --source FILE, or tail -F FILE | turn-counter (Ctrl-C ends it, --help tells more)",
    );
  }

  /** Reports a line that could not be decoded. */
  rejected(file: string, line: number, reason: string): void {
    this.error(`line ${line} of ${visible(file)} rejected: ${reason}`);
  }

  /** The line that `--verbose` reports of an event. */
  describe(event: TurnEvent, { change, turns }: Applied): string | null {
    if (!this.#verbose) return null;
    const session = visible(event.sid.slice(-5));
    const orphans = [...turns];
    const turn = orphans.pop();
    if (turn === undefined) {
      return `${event.t} answer of session ${session} unmatched`;
    }
    const status = this.#paint(STATUS_COLORS[turn.status], turn.status);
    // A picture is two of a string's units, which are not to be divided.
    const begin = [...(turn.userText ?? "").slice(0, 2 * MOST_WORDS)];
    const words = visible(begin.slice(0, MOST_WORDS).join(""));
    const notes = [
      ...(change === "known" ? ["known"] : []),
      ...orphans.map(({ id }) => `after #${id}, orphaned`),
    ].map((note) => ` (${note})`).join("");
    return `${event.t} #${turn.id} ${session} turn ${turn.sessionTurn} ${status}: ${words}${notes}`;
  }

  /** Reports an event, in the words of {@linkcode describe}. */
  report(message: string): void {
    this.#write(message);
  }

  /** Sums up a run that came to its end. */
  summary(counts: Counts): void {
    if (!this.#verbose && !this.isWatched) return;
    const { lines, minted, known, completed, orphaned } = counts;
    const parts: [count: number, what: string][] = [
      [lines, "lines"],
      [minted, "new turns"],
      [completed, "completed"],
      [orphaned, "orphaned"],
      [known, "known"],
      [counts.unmatched, "unmatched"],
      [counts.rejected, "rejected"],
    ];
    const sum = parts.map(([count, what]) => `${formatCount(count)} ${what}`);
    const time = formatDuration(performance.now() - this.#begun);
    this.#write(`${sum.join(", ")}, in ${time}`);
  }

  #paint(color: Color, text: string): string {
    return this.#color ? paint(color, text) : text;
  }

  #write(line: string): void {
    try {
      this.clearLine();
      Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
    } catch {
      // Nobody is there to be told, and records matter more than words.
    }
  }
}
