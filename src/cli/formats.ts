/**
 * The command `formats`: the dialects, and where each agent keeps its logs.
 *
 * @module
 */

import { DIALECTS } from "../dialect/dialects.ts";
import { table } from "../terminal/table.ts";

const HEAD = ["FORMAT", "LOGS", "FILES", "MOVED BY"];

/** What the command prints: a line for each place of each dialect. */
export function formats(): string {
  const rows = DIALECTS.flatMap(({ name, title, places, variable }) =>
    places.map((place, i) =>
      i === 0
        ? [name, title, place, variable ? `$${variable}` : ""]
        : ["", "", place]
    )
  );
  // Patterns are there to be copied, so that none is truncated.
  const canvas = { width: Infinity, color: false };
  const lines = table(HEAD.map(() => ({})), [HEAD, ...rows], canvas);
  return lines.map((line) => `${line}\n`).join("");
}
