/**
 * The table of dialects.
 *
 * @module
 */

import { claude } from "./claude/claude.ts";
import { copilot } from "./copilot/copilot.ts";
import { codex } from "./codex/codex.ts";
import type { Dialect } from "./dialect.ts";
import { pi } from "./pi/pi.ts";
import { sse } from "./sse/sse.ts";

/** All dialects. The first is the one for files that none recognises. */
export const DIALECTS: Dialect[] = [sse, codex, claude, copilot, pi];

/** The first of the dialects that recognises a file by its first bytes or its name. */
export function recogniserOf(
  head: Uint8Array,
  fileName: string,
  dialects: readonly Dialect[] = DIALECTS,
): Dialect | undefined {
  return dialects.find((dialect) => dialect.recognises(head, fileName));
}

/** The dialect of a file by its first bytes or its name. */
export function recognise(head: Uint8Array, fileName: string): Dialect {
  return recogniserOf(head, fileName) ?? DIALECTS[0];
}

/** The dialect of a name, as `--format` and checkpoints have it. */
export function dialectNamed(name: string | null): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.name === name);
}
