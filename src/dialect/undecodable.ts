/**
 * Lines that give no events, and why.
 *
 * @module
 */

import type { TurnEvent } from "../turns/event.ts";
import type { Decoded, Opened } from "./dialect.ts";
import { holdsTooMuch, MOST_VALUES } from "./json.ts";

/** Why an event that concerns a turn cannot be used. */
export class Undecodable extends Error {}

/** A line that does not concern a turn. */
export const IGNORED: Decoded = { events: [], rejection: null };
/** A line that holds no JSON object. */
export const UNOPENED: Opened = { envelope: null, rejection: null };

/** A line that is lost. */
export function rejected(reason: string, bytes: Uint8Array): Decoded {
  return { events: [], rejection: { reason, bytes } };
}

/** What `read` gives of a line, or the line rejected where it is undecodable. */
export function decodeWith(read: () => TurnEvent[], line: Uint8Array): Decoded {
  try {
    return { events: read(), rejection: null };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return rejected(error.message, line);
  }
}

/** Why a text cannot be read, whatever event it is of; `null` if it can be. */
export function tooMuch(text: string): string | null {
  return holdsTooMuch(text) ? `it holds more than ${MOST_VALUES} values` : null;
}

/** A line that is not JSON, for `--emit events`; rejected if it may be. */
export function unopened(text: string, bytes: Uint8Array): Opened {
  const reason = tooMuch(text);
  return reason === null
    ? UNOPENED
    : { envelope: null, rejection: { reason, bytes } };
}
