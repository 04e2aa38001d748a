/**
 * The size of the terminal.
 *
 * @module
 */

import type { Canvas } from "./table.ts";

/**
 * The space on stdout: as wide as the terminal; elsewhere nothing is truncated,
 * and there are no colours.
 *
 * @param color Whether colours are welcome.
 */
export function stdoutCanvas(color: boolean): Canvas {
  return Deno.stdout.isTerminal()
    ? { width: terminalWidth(), color }
    : { width: Infinity, color: false };
}

/** How many columns it has. */
export function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    // None of the standard streams is a terminal.
    return 80;
  }
}
