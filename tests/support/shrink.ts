/**
 * Makes what shows a defect as short as removing parts of it can make it.
 *
 * @module
 */

import { type Bytes, concat, cutLines } from "./bytes.ts";

/**
 * Removes lines of a log for as long as `fails` holds for what is left.
 *
 * @param most How often `fails` is asked at most.
 */
export async function shrink(
  log: Bytes,
  fails: (log: Bytes) => Promise<boolean>,
  most = 200,
): Promise<Bytes> {
  const isLeft = (lines: Bytes[]) => lines.length > 0 && fails(concat(lines));
  return concat(await shrinkList(cutLines(log), isLeft, most));
}

/**
 * Removes items of a list for as long as `fails` holds for what is left, which
 * may be nothing.
 *
 * @param most How often `fails` is asked at most.
 */
export async function shrinkList<T>(
  items: T[],
  fails: (items: T[]) => Promise<boolean> | false,
  most = 200,
): Promise<T[]> {
  let size = items.length;
  let asked = 0;
  while (size > 1) {
    size = Math.ceil(size / 2);
    for (let at = 0; at < items.length && asked < most;) {
      const rest = items.toSpliced(at, size);
      asked++;
      if (await fails(rest)) items = rest;
      else at += size;
    }
  }
  return items;
}
