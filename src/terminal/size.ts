/**
 * The size of the terminal.
 *
 * @module
 */

/** How many columns it has. */
export function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    // None of the standard streams is a terminal.
    return 80;
  }
}
