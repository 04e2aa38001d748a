/**
 * Messages to people, all of them on stderr (SPEC section 8).
 *
 * @module
 */

import type { Counts } from "../turns/counts.ts";
import type { TurnEvent } from "../turns/event.ts";
import type { Applied } from "../turns/tracker.ts";
import type { Turn } from "../turns/turn.ts";
import { type Color, paint, RED, STATUS_COLORS } from "./colors.ts";
import { formatCount, formatDuration } from "./numbers.ts";
import { messages } from "./messages.ts";
import { escaped, shortId, visible } from "./visible.ts";

/** How much of a prompt or a reason is printed, in characters. */
const MOST_CHARACTERS = 40;

/** The kinds of events, in words that "of session 12345" may follow. */
const NAMES: Record<TurnEvent["kind"], string> = {
  "prompt": "prompt",
  "answer": "answer",
  "end": "end of a turn",
  "session end": "end",
};

/** What to print, and how. */
export interface ConsoleOptions {
  /** Whether stderr is a terminal. */
  isTerminal: boolean;
  /** Use colours. */
  color: boolean;
  /** Print a line for each turn event. */
  verbose?: boolean;
  /** Print errors only. */
  quiet?: boolean;
}

/** Writes lines to stderr. */
export class Console {
  #isTerminal: boolean;
  #color: boolean;
  #verbose: boolean;
  #quiet: boolean;
  #startMs = performance.now();
  /** Clears a temporary last line of the terminal, such as a progress bar. */
  clearLine = () => {};

  constructor(
    { isTerminal, color, verbose = false, quiet = false }: ConsoleOptions,
  ) {
    this.#isTerminal = isTerminal;
    this.#color = color;
    this.#verbose = verbose && !quiet;
    this.#quiet = quiet;
  }

  /** Whether to show progress: stderr is a terminal, without `--quiet`. */
  get isWatched(): boolean {
    return this.#isTerminal && !this.#quiet;
  }

  /** Reports why the program ends, or what it lost. */
  error(message: string): void {
    // File names and arguments may contain any characters.
    this.#write(
      `${this.#paint(RED, "turn-counter:")} ${escaped(message)}`,
    );
  }

  /** Reports what the user should know; `--quiet` leaves it out. */
  warn(message: string): void {
    if (!this.#quiet) this.error(message);
  }

  /** Says what the program is waiting for, on a terminal. */
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

  /** The line that `--verbose` prints for an event, if it is set. */
  describe(event: TurnEvent, { change, turns }: Applied): string | null {
    if (!this.#verbose) return null;
    const session = shortId(event.sid);
    const orphans = [...turns];
    const turn = orphans.pop();
    if (turn === undefined) {
      return `${event.t} ${NAMES[event.kind]} of session ${session} unmatched`;
    }
    const status = this.#paint(STATUS_COLORS[turn.status], turn.status);
    const excerpt = excerptOf(turn.userText ?? "");
    const notes = [
      ...(change === "known" ? ["known"] : []),
      ...(event.kind === "prompt" || event.kind === "answer"
        ? []
        : [describeEnd(turn)]),
      ...orphans.map(({ id }) => `after #${id}, orphaned`),
    ].map((note) => ` (${note})`).join("");
    return `${event.t} #${turn.id} ${session} turn ${turn.sessionTurn} ${status}: ${excerpt}${notes}`;
  }

  /** Reports an event, in the words of {@linkcode describe}. */
  report(message: string): void {
    this.#write(message);
  }

  /** Prints the counts of a run that has ended. */
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
    const time = formatDuration(performance.now() - this.#startMs);
    this.#write(`${sum.join(", ")}, in ${time}`);
  }

  #paint(color: Color, text: string): string {
    return this.#color ? paint(color, text) : text;
  }

  #write(line: string): void {
    this.clearLine();
    messages.write(`${line}\n`);
  }
}

/** The outcome of a turn, and the agent's own word for it. */
function describeEnd({ outcome, outcomeReason }: Turn): string {
  const reason = outcomeReason ? `, ${excerptOf(outcomeReason)}` : "";
  return `ended: ${outcome}${reason}`;
}

/** The beginning of a text, fit for a terminal. */
function excerptOf(text: string): string {
  // An emoji is two UTF-16 units, which must not be separated.
  const begin = [...text.slice(0, 2 * MOST_CHARACTERS)];
  return visible(begin.slice(0, MOST_CHARACTERS).join(""));
}
