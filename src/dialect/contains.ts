/**
 * A prefilter that keeps the lines in which a word occurs.
 *
 * @module
 */

import { ESCAPE_LENGTH, ESCAPED_ASCII, latin1 } from "./ascii.ts";
import { type LineJudge, Verdict } from "./dialect.ts";
import type { ObjectPrefilter } from "./object_lines.ts";

/** Which lines a {@linkcode ContainsPrefilter} keeps. */
interface Words {
  /**
   * ASCII texts, one of which is in each line that can concern a turn, as long
   * as no letter of it is written as an escape.
   */
  words: readonly string[];
  /** What other lines to keep begin with: an anchored pattern. */
  starts?: RegExp;
  /** Lines that do not concern a turn, although a word may be in them. */
  other?: {
    /** What such a line begins with: an anchored pattern. */
    head: RegExp;
    /**
     * What an object begins with that may be glued to the end of such a line: a
     * line that holds it is judged by its words.
     */
    next: string;
  };
}

/** How much of a line its beginning is looked for in; a pattern must not need more. */
const MOST_START = 1024;

/**
 * Keeps the lines that hold one of some words. A line without them, but with an
 * escape that may hide one, must be decoded to know.
 */
export class ContainsPrefilter implements ObjectPrefilter {
  readonly #words: RegExp;
  readonly #wordsOrEscape: RegExp;
  readonly #rules: Words;
  readonly #seam: number;

  constructor(rules: Words) {
    const words = rules.words.map(escapePattern).join("|");
    this.#words = new RegExp(words);
    this.#wordsOrEscape = new RegExp(`${words}|${ESCAPED_ASCII.source}`);
    this.#rules = rules;
    const lengths = rules.words.map(({ length }) => length);
    const next = rules.other?.next.length ?? 0;
    this.#seam = Math.max(ESCAPE_LENGTH, next, ...lengths) - 1;
  }

  judge(bytes: Uint8Array, start: number, end: number): Verdict {
    const text = latin1.decode(bytes.subarray(start, end));
    if (this.isOther(text)) return Verdict.Skip;
    return this.#startsRight(text) ? Verdict.Keep : this.#search(text);
  }

  isOther(text: string): boolean {
    const { other } = this.#rules;
    return other !== undefined && other.head.test(text.slice(0, MOST_START)) &&
      !text.includes(other.next, 1);
  }

  concerns(text: string): boolean {
    return this.#words.test(text);
  }

  begin(): LineJudge {
    let head = "";
    let seam = "";
    let length = 0;
    let verdict = Verdict.Skip;
    let hasNext = false;
    const { other } = this.#rules;
    return {
      push: (bytes) => {
        const piece = latin1.decode(bytes);
        const text = seam + piece;
        if (verdict !== Verdict.Keep) {
          const found = this.#search(text);
          if (found !== Verdict.Skip) verdict = found;
        }
        // What the line itself begins with is not glued to it.
        const from = length === seam.length ? 1 : 0;
        hasNext ||= other !== undefined && text.includes(other.next, from);
        length += piece.length;
        if (head.length < MOST_START) {
          head += piece.slice(0, MOST_START - head.length);
        }
        seam = text.slice(-this.#seam);
        const isHeadKnown = other === undefined || hasNext;
        return isHeadKnown && verdict === Verdict.Keep
          ? Verdict.Keep
          : Verdict.Unsure;
      },
      end: () => {
        if (other !== undefined && !hasNext && other.head.test(head)) {
          return Verdict.Skip;
        }
        return this.#startsRight(head) ? Verdict.Keep : verdict;
      },
    };
  }

  #startsRight(text: string): boolean {
    return this.#rules.starts?.test(text.slice(0, MOST_START)) ?? false;
  }

  #search(text: string): Verdict {
    if (!this.#wordsOrEscape.test(text)) return Verdict.Skip;
    return this.#words.test(text) ? Verdict.Keep : Verdict.Unsure;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
