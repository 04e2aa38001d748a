/**
 * Whether a standard stream can be read or written at once. Deno's synchronous
 * calls cost a tenth of its asynchronous ones, but one that blocks keeps
 * signals from being heard; asked first, they do not block.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** The file descriptor of standard input. */
export const STDIN = 0;
/** The file descriptor of standard output. */
export const STDOUT = 1;

const POLLIN = 1;
const POLLOUT = 4;
const POLLERR = 8;

/** `struct pollfd`: the descriptor in 4 bytes, what is asked and answered in 2 each. */
const pollfd = new Uint8Array(8);
const descriptor = new Int32Array(pollfd.buffer, 0, 1);
const events = new Int16Array(pollfd.buffer, 4, 2);

function poll(fd: number, event: number): boolean {
  descriptor[0] = fd;
  events[0] = event;
  events[1] = 0;
  return libc.poll(pollfd, 1n, 0) > 0;
}

/** Whether a read returns at once, with bytes, the end, or an error. */
export function isReadable(fd: number): boolean {
  return poll(fd, POLLIN);
}

/**
 * Whether a write of at most {@linkcode PIPE_PIECE} bytes returns at once,
 * having written them, or with an error.
 */
export function isWritable(fd: number): boolean {
  return poll(fd, POLLOUT);
}

/** Whether a stream is a pipe that nobody reads any more. */
export function isReaderGone(fd: number): boolean {
  return poll(fd, 0) && (events[1] & POLLERR) !== 0;
}

/** What a pipe takes whole if it takes anything: a page. */
export const PIPE_PIECE = 4096;

/** Whether a stream is a pipe; where the system does not tell, it may be one. */
export function isPipe(fd: number): boolean {
  const getPipeSize = 1032;
  return Deno.build.os !== "linux" || libc.fcntl(fd, getPipeSize, 0) > 0;
}

/**
 * Lets a pipe hold more, so that its writer goes on while a commit is made.
 * Where the system does not allow it, or there is no pipe, nothing changes.
 */
export function widenPipe(fd: number, bytes: number): void {
  const setPipeSize = 1031;
  if (Deno.build.os === "linux") libc.fcntl(fd, setPipeSize, bytes);
}
