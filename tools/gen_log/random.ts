/**
 * A small seeded source of randomness, the same on every machine.
 *
 * @module
 */

/**
 * The sfc32 generator. Only 32-bit integer operations and one division by a
 * power of two, so that a seed means the same log everywhere.
 *
 * @example
 * ```ts
 * const random = new Random(1);
 * random.below(6) + 1; // a die
 * ```
 */
export class Random {
  #a = 0x9e3779b9;
  #b: number;
  #c = 0x243f6a88;
  #counter = 1;

  /** Starts a sequence; equal seeds give equal sequences. */
  constructor(seed: number) {
    this.#b = seed >>> 0;
    this.#a ^= Math.floor(seed / 0x100000000) >>> 0;
    // The first outputs of neighbouring seeds resemble each other.
    for (let i = 0; i < 15; i++) this.next();
  }

  /** The next number, at least 0 and below 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return (sum >>> 0) / 0x100000000;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in the given share of calls. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** A number of hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) {
      text += (this.next() * 0x100000000 >>> 0).toString(16).padStart(8, "0");
    }
    return text.slice(0, digits);
  }

  /** An id in the shape of a UUIDv7 that belongs to a time. */
  uuid(ms: number): string {
    const time = ms.toString(16).padStart(12, "0");
    const rest = this.hex(19);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${
      "89ab"[this.below(4)]
    }${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
  }

  /**
   * A size with a heavy tail: most below the mean, a few far above it, none
   * above `most`. Uses only the square root, which IEEE 754 defines exactly.
   */
  size(mean: number, most: number): number {
    const size = 0.5 * mean / Math.sqrt(1 - this.next());
    return Math.floor(Math.min(size, most));
  }
}
