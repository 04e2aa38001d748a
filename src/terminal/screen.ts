/**
 * A terminal on which one text takes the place of another.
 *
 * @module
 */

import { isWritable, STDOUT } from "../system/poll.ts";

/** Another screen, behind which nothing scrolls; no cursor, no line that wraps. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
/** To be written before a line: behind one that is full, it would take its end. */
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\r\n\x1b[J";

/** How many lines the terminal has; where it does not tell, as many as old ones. */
export function terminalHeight(): number {
  return Deno.consoleSize().rows || 24;
}

/** What puts a text, as much of it as there is room for, in place of the one before. */
export function frame(text: string, height: number): string {
  const lines = text.trimEnd().split("\n").slice(0, height);
  return HOME + lines.map((line) => CLEAR_LINE + line).join("\r\n") +
    (lines.length < height ? CLEAR_BELOW : "");
}

/** Gets the terminal ready for frames. */
export function enterScreen(): void {
  tell(ENTER);
}

/** Gives the terminal back as it was. */
export function leaveScreen(): void {
  tell(LEAVE);
}

/** A terminal that takes nothing, or is gone, is not waited for. */
function tell(command: string): void {
  try {
    if (isWritable(STDOUT)) {
      Deno.stdout.writeSync(new TextEncoder().encode(command));
    }
  } catch {
    // Nobody looks at it any more.
  }
}
