/**
 * Whether a standard stream can be read or written without blocking. Deno's
 * synchronous calls cost a tenth of its asynchronous ones, but signals are not
 * handled while one blocks; so the stream is polled first.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** The file descriptor of standard input. */
export const STDIN = 0;
/** The file descriptor of standard output. */
export const STDOUT = 1;
/** The file descriptor of standard error. */
export const STDERR = 2;

const POLLIN = 1;
const POLLOUT = 4;
const POLLERR = 8;
const POLLHUP = 16;
const POLLNVAL = 32;

/** `struct pollfd`: the descriptor in 4 bytes, the requested and returned events in 2 each. */
const pollfd = new Uint8Array(8);
const descriptor = new Int32Array(pollfd.buffer, 0, 1);
const events = new Int16Array(pollfd.buffer, 4, 2);

function poll(fd: number, event: number, timeoutMs = 0): boolean {
  descriptor[0] = fd;
  events[0] = event;
  events[1] = 0;
  return libc.poll(pollfd, 1n, timeoutMs) > 0;
}

/** Whether a read returns without blocking: with bytes, the end, or an error. */
export function isReadable(fd: number): boolean {
  return poll(fd, POLLIN);
}

/**
 * Whether a write of at most {@linkcode PIPE_PIECE} bytes to a pipe returns
 * without blocking: having written them, or with an error.
 */
export function isWritable(fd: number): boolean {
  return poll(fd, POLLOUT);
}

/** Waits until a write returns without blocking, or the time is over. */
export function waitWritable(fd: number, timeoutMs: number): void {
  poll(fd, POLLOUT, timeoutMs);
}

/**
 * Waits until a descriptor can be read, or the time is over.
 *
 * @param orWritten Whether to wait also until it can be written.
 * @returns Whether it can.
 */
export function waitReadable(
  fd: number,
  timeoutMs: number,
  orWritten: boolean,
): boolean {
  return poll(fd, orWritten ? POLLIN | POLLOUT : POLLIN, timeoutMs);
}

/** {@linkcode waitReadable} while the event loop runs. */
export async function readableLater(
  fd: number,
  timeoutMs: number,
  orWritten: boolean,
): Promise<boolean> {
  const own = new Uint8Array(8);
  new Int32Array(own.buffer, 0, 1)[0] = fd;
  new Int16Array(own.buffer, 4, 1)[0] = orWritten ? POLLIN | POLLOUT : POLLIN;
  const count = await libc.pollLater(own, 1n, timeoutMs);
  // The system writes to it, so that it must be kept until here.
  return own.length > 0 && count > 0;
}

/** Whether each write to a stream fails: its other end is closed, or it is. */
export function hasFailed(fd: number): boolean {
  return poll(fd, 0) && (events[1] & (POLLERR | POLLHUP | POLLNVAL)) !== 0;
}

/** How many bytes a pipe accepts at once if it accepts any: a page. */
export const PIPE_PIECE = 4096;

/** Whether a stream is a pipe; true where the system cannot say. */
export function isPipe(fd: number): boolean {
  const getPipeSize = 1032;
  return Deno.build.os !== "linux" || libc.fcntl(fd, getPipeSize, 0) > 0;
}

/** Whether a stream is a socket. */
export function isSocket(fd: number): boolean {
  const [socketLevel, socketType] = Deno.build.os === "darwin"
    ? [0xffff, 0x1008]
    : [1, 3];
  const type = new Int32Array(1);
  const size = Int32Array.of(type.byteLength);
  return libc.getsockopt(fd, socketLevel, socketType, type, size) === 0;
}

/**
 * Enlarges a pipe's buffer, so that its writer can continue during a commit. If
 * the system does not allow it, or the stream is not a pipe, nothing changes.
 */
export function widenPipe(fd: number, bytes: number): void {
  const setPipeSize = 1031;
  if (Deno.build.os === "linux") libc.fcntl(fd, setPipeSize, bytes);
}
