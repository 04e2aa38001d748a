/**
 * Makes a log that shows a defect as short as removing lines can make it.
 *
 * @module
 */

import { type Bytes, concat, cutLines } from "./bytes.ts";

/**
 * Removes lines for as long as `fails` holds for what is left.
 *
 * @param most How often `fails` is asked at most.
 */
export async function shrink(
  log: Bytes,
  fails: (log: Bytes) => Promise<boolean>,
  most = 200,
): Promise<Bytes> {
  let lines = cutLines(log);
  let size = lines.length;
  let asked = 0;
  while (size > 1) {
    size = Math.ceil(size / 2);
    for (let at = 0; at < lines.length && asked < most;) {
      const rest = [...lines.slice(0, at), ...lines.slice(at + size)];
      asked++;
      if (rest.length > 0 && await fails(concat(rest))) lines = rest;
      else at += size;
    }
  }
  return concat(lines);
}
