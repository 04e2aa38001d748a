/**
 * Standard output and standard error, written without blocking. A call that
 * blocks keeps signals from being handled, and a stream is not ours alone to be
 * made non-blocking: the other processes that share it would fail.
 *
 * @module
 */

import { retryWhileBusy } from "./event_loop.ts";
import { cString, libc } from "./libc.ts";
import {
  hasFailed,
  isPipe,
  isSocket,
  isWritable,
  PIPE_PIECE,
  STDERR,
  STDOUT,
} from "./poll.ts";

/** How many bytes a call is given at most: its result is a 32-bit number. */
const MOST_BYTES = 2 ** 30;

/** `O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC` on Linux. */
const OPEN_FLAGS = 0o1 | 0o400 | 0o4000 | 0o2000000;

/** `MSG_DONTWAIT | MSG_NOSIGNAL`; macOS lacks the second. */
const SEND_FLAGS = Deno.build.os === "darwin" ? 0x80 : 0x40 | 0x4000;

/** Writes some of the bytes: how many, or a negative number. */
type Write = (bytes: Uint8Array<ArrayBuffer>) => number;

/** One of the two streams. */
export class OutputStream {
  readonly fd: number;
  #stream: typeof Deno.stdout;
  #write: Write | undefined;

  private constructor(fd: number, stream: typeof Deno.stdout) {
    this.fd = fd;
    this.#stream = stream;
  }

  static readonly stdout: OutputStream = new OutputStream(STDOUT, Deno.stdout);
  static readonly stderr: OutputStream = new OutputStream(STDERR, Deno.stderr);

  /**
   * Writes as many of the bytes as the stream accepts now.
   *
   * @returns How many; 0 if writing would block.
   * @throws What Deno throws if the stream cannot be written.
   */
  tryWrite(bytes: Uint8Array): number {
    this.#write ??= this.#choose();
    const piece = bytes.subarray(0, MOST_BYTES) as Uint8Array<ArrayBuffer>;
    const written = this.#write(piece);
    if (written >= 0) return written;
    // Only Deno's own call says what is wrong.
    return hasFailed(this.fd) ? this.#stream.writeSync(piece) : 0;
  }

  /**
   * Writes some of the bytes as soon as the stream accepts them; signals are
   * handled meanwhile.
   *
   * @throws What Deno throws if the stream cannot be written.
   */
  async write(bytes: Uint8Array): Promise<number> {
    const piece = bytes.subarray(0, PIPE_PIECE);
    return this.tryWrite(bytes) ||
      await retryWhileBusy(() => this.#stream.write(piece));
  }

  /** The way to write to such a stream. */
  #choose(): Write {
    if (isSocket(this.fd)) {
      return (bytes) =>
        libc.send(this.fd, bytes, BigInt(bytes.length), SEND_FLAGS);
    }
    const isTerminal = this.#stream.isTerminal();
    // Files and devices never block for long.
    if (!isTerminal && !isPipe(this.fd)) {
      return (bytes) => this.#stream.writeSync(bytes);
    }
    const fd = reopened(this.fd);
    if (fd >= 0) return (bytes) => libc.write(fd, bytes, BigInt(bytes.length));
    return (bytes) => {
      try {
        return isWritable(this.fd)
          ? this.#stream.writeSync(bytes.subarray(0, PIPE_PIECE))
          : 0;
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        return 0;
      }
    };
  }
}

/** Another, non-blocking description of a pipe or terminal; negative if there is none. */
function reopened(fd: number): number {
  if (Deno.build.os !== "linux") return -1;
  return libc.open(cString(`/proc/self/fd/${fd}`), OPEN_FLAGS);
}
