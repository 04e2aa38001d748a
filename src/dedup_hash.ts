/**
 * The identity of an event, by which one seen before is known (SPEC sections
 * 2 and 3).
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { TurnEvent } from "./event.ts";

/**
 * `hex(SHA-256(UTF-8(sid + "|" + pid + "|" + t + "|" + text)))`, with `t` as it
 * came and `pid` in decimal: what `sha256sum` prints for the same bytes.
 */
export function dedupHash(
  event: Pick<TurnEvent, "sid" | "pid" | "t" | "text">,
): string {
  // Web Crypto is asynchronous, and costs fifty times as much for short input.
  return createHash("sha256")
    .update(`${event.sid}|${event.pid}|${event.t}|${event.text}`, "utf8")
    .digest("hex");
}
