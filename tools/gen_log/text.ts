/**
 * The words of a generated log: prompts and answers that hold everything a
 * prompt can hold, and cheap filling for all other events.
 *
 * @module
 */

import type { Random } from "./random.ts";

const WORDS =
  `the a log line turn prompt session file test build run fix why does not work please add option parser
index query table commit branch merge deploy server client socket buffer stream chunk record column
schema migration timeout retry error warning panic stack trace memory leak cache miss hit rate limit
refactor module function type class field value null zero one two many some every again before after`
    .split(/\s+/);

/** Bits of text that are easy to get wrong, put among the words. */
const SPECIALS = [
  "\n",
  "\n\n",
  "\t",
  '"quoted"',
  "it's",
  "C:\\temp\\new",
  "\\",
  "{}",
  '{"event":',
  '{"a":[1,2,{"b":null}]}',
  "data: [DONE]",
  "```ts\nconst a = 1;\n```",
  "naïve",
  "Größe",
  "привет",
  "日本語のログ",
  "مرحبا",
  "😀",
  "👩‍👩‍👧‍👦",
  "🇩🇪",
  "\u2028",
  "\ufeff",
  "\u0007",
  "\r\n",
  "<b>&amp;</b>",
  "50% | 100%",
];

/** Rarer still: what many programs lose. */
const RARITIES = ["\0", "a\0b", "\ud83d", "\ude00", "x\udfffy", "\ud800\ud800"];

/** A pool of ASCII text that fillings are cut from. */
const POOL_SIZE = 1 << 16;

/** Makes texts from one source of randomness. */
export class Texts {
  #random: Random;
  #pool: string;

  /** Draws the pool first: everything later depends on the same sequence. */
  constructor(random: Random, pool = newPool(random)) {
    this.#random = random;
    this.#pool = pool;
  }

  /** Texts of the same pool, from another source of randomness. */
  with(random: Random): Texts {
    return new Texts(random, this.#pool);
  }

  /** About `length` characters of plain text. */
  filling(length: number): string {
    if (length <= 0) return "";
    if (length >= POOL_SIZE) {
      return this.#pool + this.filling(length - POOL_SIZE);
    }
    const start = this.#random.below(POOL_SIZE - length);
    return this.#pool.slice(start, start + length);
  }

  /** What a person types: mostly a sentence, at times a page, up to 29 KB. */
  prompt(): string {
    const dice = this.#random.next();
    if (dice < 0.004) return "";
    if (dice < 0.994) return this.#prose(this.#random.size(110, 4_000));
    return this.#prose(this.#random.between(4_000, 29_000));
  }

  /** What the model answers. */
  answer(): string {
    return this.#prose(this.#random.size(600, 29_000));
  }

  #prose(length: number): string {
    const random = this.#random;
    let text = "";
    while (text.length < length) {
      const dice = random.next();
      if (dice < 0.003) text += random.pick(RARITIES);
      else if (dice < 0.05) text += random.pick(SPECIALS);
      else text += random.pick(WORDS);
      text += dice > 0.98 ? ".\n" : " ";
      // A long text is mostly pasted: cheaper to make, too.
      if (length - text.length > 2_000) {
        text += this.filling(random.between(500, 1_900));
      }
    }
    return text.trimEnd();
  }
}

/** Draws the text that fillings are cut from. */
function newPool(random: Random): string {
  const words: string[] = [];
  for (let length = 0; length < POOL_SIZE;) {
    const word = random.chance(0.01)
      ? random.pick(["\n", '"', "\\", "\t"])
      : random.pick(WORDS);
    words.push(word);
    length += word.length + 1;
  }
  return words.join(" ").slice(0, POOL_SIZE);
}
