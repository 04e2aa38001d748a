/**
 * Lines on stderr, which never hold up the records (SPEC section 8): a line that
 * stderr does not accept is dropped and counted, and a later one says so.
 *
 * @module
 */

import { OutputStream } from "../system/output_stream.ts";
import { waitWritable, widenPipe } from "../system/poll.ts";

/** How long a slow reader of stderr is waited for, once, in milliseconds. */
const PATIENCE_MS = 100;
/** How many bytes a slow reader of a pipe may be late, where the system allows it. */
const PIPE_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

/** Writes whole lines to stderr, as long as it accepts them. */
export class MessageStream {
  #stream: OutputStream;
  /** The rest of a line of which stderr has accepted a part. */
  #rest: Uint8Array = new Uint8Array();
  #dropped = 0;
  #isStuck = false;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** Writes lines, or drops them. */
  write(text: string): void {
    if (!this.#reportDropped() || !this.#begin(text)) this.#dropped++;
  }

  /** Writes a text that is not missed, such as a progress bar. */
  draw(bytes: Uint8Array): void {
    if (this.#flush()) this.#begin(bytes);
  }

  /** Writes what is left, if stderr accepts it. */
  end(): void {
    this.#isStuck = false;
    this.#reportDropped();
    this.#flush();
  }

  /** Whether stderr may accept more, all before having been written. */
  #reportDropped(): boolean {
    if (!this.#flush()) return false;
    if (this.#dropped === 0) return true;
    const messages = this.#dropped === 1 ? "message" : "messages";
    const isBegun = this.#begin(
      `turn-counter: ${this.#dropped} ${messages} dropped while stderr was blocked\n`,
    );
    if (isBegun) this.#dropped = 0;
    return isBegun && this.#flush();
  }

  /** Writes at least a part of a text; the rest follows before anything else. */
  #begin(text: string | Uint8Array): boolean {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    this.#rest = bytes;
    if (this.#flush() || this.#rest.length < bytes.length) return true;
    this.#rest = new Uint8Array();
    return false;
  }

  /** Writes what is left of a line; false if stderr is blocked. */
  #flush(): boolean {
    const { fd } = this.#stream;
    const deadline = performance.now() + (this.#isStuck ? 0 : PATIENCE_MS);
    try {
      while (this.#rest.length > 0) {
        const written = this.#stream.tryWrite(this.#rest);
        this.#rest = this.#rest.subarray(written);
        if (written > 0) {
          this.#isStuck = false;
          continue;
        }
        const left = deadline - performance.now();
        if (left <= 0) {
          this.#isStuck = true;
          return false;
        }
        widenPipe(fd, PIPE_BYTES);
        waitWritable(fd, Math.ceil(left));
      }
    } catch {
      // stderr is closed. Records matter more than messages.
      this.#rest = new Uint8Array();
    }
    return true;
  }
}

/** The messages of this process. */
export const messages: MessageStream = new MessageStream(OutputStream.stderr);
