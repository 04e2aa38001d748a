/**
 * A terminal on which each text replaces the one before.
 *
 * @module
 */

import { OutputStream } from "../system/output_stream.ts";

/** The alternate screen, without scrollback; no cursor, no wrapping. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
/** Precedes each line: after a full line, it would erase the last column. */
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\r\n\x1b[J";

/** How many lines the terminal has; 24 if it does not say. */
export function terminalHeight(): number {
  return Deno.consoleSize().rows || 24;
}

/** The bytes that replace the text before by another, as much of it as fits. */
export function frame(text: string, height: number): string {
  const lines = text.trimEnd().split("\n").slice(0, height);
  return HOME + lines.map((line) => CLEAR_LINE + line).join("\r\n") +
    (lines.length < height ? CLEAR_BELOW : "");
}

/** Prepares the terminal for frames. */
export function enterScreen(): void {
  send(ENTER);
}

/** Restores the terminal. */
export function leaveScreen(): void {
  send(LEAVE);
}

/** Does not wait for a terminal that is blocked or closed. */
function send(command: string): void {
  try {
    OutputStream.stdout.tryWrite(new TextEncoder().encode(command));
  } catch {
    // The terminal is closed.
  }
}
