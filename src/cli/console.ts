/**
 * What the program says to people, all of it on stderr (SPEC section 8).
 *
 * @module
 */

import type { Rejection, TurnEvent } from "../event.ts";
import type { Observer } from "../run.ts";
import { type Applied, isUnmatched } from "../tracker.ts";
import type { Turn, TurnStatus } from "../turn.ts";

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
    this.error(`line ${line} of ${source} rejected: ${reason}`);
  }

  applied(event: TurnEvent, applied: Applied): void {
    if (!this.#verbose) return;
    if (isUnmatched(applied)) {
      const session = event.sid.slice(-5);
      this.#write(
        `${event.t} answer of session ${
          visible(session)
        } unmatched: it has no turn`,
      );
    }
    const known = applied.known ? " (known)" : "";
    for (const turn of applied.turns) this.#write(this.#describe(turn) + known);
  }

  #describe(turn: Turn): string {
    const time = turn.endTime ?? turn.startTime;
    const session = visible(turn.sid.slice(-5));
    const status = this.#paint(STATUS_COLORS[turn.status], turn.status);
    const words = visible((turn.userText ?? "").slice(0, 40));
    return `${time} #${turn.id} ${session} turn ${turn.sessionTurn} ${status}: ${words}`;
  }

  #paint(color: Color, text: string): string {
    return (this.#color ? color : PLAIN)(text);
  }

  #write(line: string): void {
    try {
      Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
    } catch (error) {
      // Records matter more than words about them to nobody.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }
}

/** A prompt's text in one line, unable to control the terminal. */
function visible(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").trim();
}
