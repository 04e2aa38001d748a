/**
 * The width of text on a terminal.
 *
 * @module
 */

/** Characters without a column: controls, marks and format characters. */
const NONE = /[\p{Cc}\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;

/** Characters of two columns: East Asian characters and emoji. */
const TWO =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}\p{Emoji_Presentation}]/u;

/** One half of a flag. */
const REGIONAL_INDICATOR = /[\u{1f1e6}-\u{1f1ff}]/u;
const SOFT_HYPHEN = "\u00ad";

function widthOf(character: string): number {
  if (/^[ -~]$/.test(character) || character === SOFT_HYPHEN) return 1;
  if (NONE.test(character)) return 0;
  return TWO.test(character) && !REGIONAL_INDICATOR.test(character) ? 2 : 1;
}

/**
 * The number of columns of a text on a terminal. Each code point counts by
 * itself, so that a joined emoji counts as all of its parts. Characters newer
 * than Unicode 15 depend on the JavaScript engine.
 *
 * @example
 * ```ts
 * import { unicodeWidth } from "@std/cli";
 *
 * console.log(unicodeWidth("天地"), unicodeWidth("e\u0301")); // 4 1
 * ```
 */
export function unicodeWidth(str: string): number {
  let width = 0;
  for (const character of str) width += widthOf(character);
  return width;
}
