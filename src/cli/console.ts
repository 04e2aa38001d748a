/**
 * What the program says to people, all of it on stderr (SPEC section 8).
 *
 * @module
 */

import type { Rejection, TurnEvent } from "../event.ts";
import type { Counts, Observer } from "../run.ts";
import type { Applied } from "../tracker.ts";
import type { TurnStatus } from "../turn.ts";

/** How to speak. */
export interface ConsoleOptions {
  /** Tell of each turn event. */
  verbose: boolean;
  /** Use colours. */
  color: boolean;
}

type Color = (text: string) => string;

const PLAIN: Color = (text) => text;
const ansi = (code: number): Color => (text) => `\x1b[${code}m${text}\x1b[0m`;

const STATUS_COLORS: Record<TurnStatus, Color> = {
  waiting_response: ansi(33),
  completed: ansi(32),
  orphaned: ansi(35),
};

/** Writes lines to stderr. */
export class Console implements Observer {
  #verbose: boolean;
  #color: boolean;

  constructor({ verbose, color }: ConsoleOptions) {
    this.#verbose = verbose;
    this.#color = color;
  }

  /** Tells why the program ends. */
  error(message: string): void {
    this.#write(`${this.#paint(ansi(31), "turn-counter:")} ${message}`);
  }

  rejected(source: string, line: number, { reason }: Rejection): void {
    this.error(`line ${line} of ${visible(source)} rejected: ${reason}`);
  }

  applied(event: TurnEvent, applied: Applied): void {
    if (!this.#verbose) return;
    const session = visible(event.sid.slice(-5));
    const orphans = [...applied.turns];
    const turn = orphans.pop();
    if (turn === undefined) {
      this.#write(`${event.t} answer of session ${session} unmatched`);
      return;
    }
    const status = this.#paint(STATUS_COLORS[turn.status], turn.status);
    const words = visible((turn.userText ?? "").slice(0, 40));
    const notes = [
      ...(applied.known ? ["known"] : []),
      ...orphans.map(({ id }) => `after #${id}, orphaned`),
    ].map((note) => ` (${note})`).join("");
    this.#write(
      `${event.t} #${turn.id} ${session} turn ${turn.sessionTurn} ${status}: ${words}${notes}`,
    );
  }

  /** Sums up a run that came to its end. */
  summary({ applied, known, unmatched, rejected }: Counts): void {
    if (!this.#verbose) return;
    this.#write(
      `${applied} events applied, ${known} known, ${unmatched} unmatched, ${rejected} lines rejected`,
    );
  }

  #paint(color: Color, text: string): string {
    return (this.#color ? color : PLAIN)(text);
  }

  #write(line: string): void {
    try {
      Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
    } catch {
      // Nobody is there to be told, and records matter more than words.
    }
  }
}

/** A prompt's text in one line, unable to control the terminal. */
function visible(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").trim();
}
