/**
 * The identity of an event, by which one seen before is known (SPEC sections
 * 2 and 3).
 *
 * @module
 */

import type { TurnEvent } from "./event.ts";
import { sha256 } from "../sha256.ts";

/**
 * `hex(SHA-256(UTF-8(sid + "|" + pid + "|" + t + "|" + text)))`, with `t` as it
 * came and `pid` in decimal: what `sha256sum` prints for the same bytes.
 */
export function dedupHash(
  event: Pick<TurnEvent, "sid" | "pid" | "t" | "text">,
): string {
  return sha256(`${event.sid}|${event.pid}|${event.t}|${event.text}`);
}
