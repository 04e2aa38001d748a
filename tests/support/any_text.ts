/**
 * Texts that a log may contain and a terminal may not show as they are.
 *
 * @module
 */

import type { Random } from "../../tools/gen_log/random.ts";

/** Ranges of characters, most of them difficult to display. */
const RANGES: [number, number][] = [
  [0x00, 0x1f],
  [0x20, 0x7e],
  [0x7f, 0xa0],
  [0x300, 0x36f],
  [0x5d0, 0x700],
  [0x900, 0x97f],
  [0x1100, 0x11ff],
  [0x2000, 0x206f],
  [0x20d0, 0x20ff],
  [0x2580, 0x259f],
  [0x3000, 0x30ff],
  [0xac00, 0xac80],
  [0xfe00, 0xfeff],
  [0xfff0, 0xffff],
  [0x1f1e6, 0x1f1ff],
  [0x1f3f0, 0x1f64f],
  [0xe0000, 0xe01ff],
];

/** A short text of characters that are difficult to display. */
export function anyText(random: Random): string {
  const range = () => random.pick(RANGES);
  let [low, high] = range();
  let text = "";
  for (let length = random.below(60); length > 0; length--) {
    if (random.chance(0.3)) [low, high] = range();
    text += String.fromCodePoint(random.between(low, high));
  }
  return text;
}
