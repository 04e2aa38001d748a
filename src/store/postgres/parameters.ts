/**
 * The parameters of statements, as libpq takes them: texts that end with a zero
 * byte.
 *
 * @module
 */

/** A parameter of a statement. */
export type Parameter = string | number | boolean | null;

/** Where there is no parameter. */
const NULL_POINTER = 0n;
const encoder = new TextEncoder();

/** Numbers as one parameter, an array. */
export function arrayOf(numbers: readonly number[]): string {
  return `{${numbers.join()}}`;
}

/** Writes the parameters of one statement after the other into the same memory. */
export class Parameters {
  #bytes = new Uint8Array(64 * 1024);
  #address = addressOf(this.#bytes);
  #pointers = new BigUint64Array(32);

  /**
   * Writes parameters, which are valid until the next call. A lone surrogate
   * becomes U+FFFD. U+0000 would end a text early.
   *
   * @returns Where each of them begins.
   */
  write(values: readonly Parameter[]): BigUint64Array<ArrayBuffer> {
    let end = 0;
    for (const [i, value] of values.entries()) {
      if (value === null) {
        this.#pointers[i] = NULL_POINTER;
        continue;
      }
      const text = String(value);
      // A unit of UTF-16 has at most three bytes in UTF-8.
      if (end + 3 * text.length + 1 > this.#bytes.length) {
        this.#grow(values);
        return this.write(values);
      }
      this.#pointers[i] = this.#address + BigInt(end);
      end += encoder.encodeInto(text, this.#bytes.subarray(end)).written;
      this.#bytes[end++] = 0;
    }
    return this.#pointers;
  }

  #grow(values: readonly Parameter[]): void {
    const length = values.reduce<number>(
      (sum, value) => sum + 3 * String(value).length + 1,
      0,
    );
    this.#bytes = new Uint8Array(2 * length);
    this.#address = addressOf(this.#bytes);
  }
}

/** Where bytes are in memory. */
export function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}
