/**
 * Runs processes, and waits for what they do.
 *
 * @module
 */

import { utf8 } from "./bytes.ts";

/** How a process ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** How to start a command. */
export interface StartOptions {
  /** What it reads; of several pieces each is one write. */
  stdin?: string | Uint8Array | readonly Uint8Array[];
  env?: Record<string, string>;
  cwd?: string;
  /** How long it may take, in milliseconds. */
  limit?: number;
}

/** How long a test waits for anything before it fails, in milliseconds. */
const LIMIT = 180_000;

/** What was awaited did not happen within the limit. */
export class TooLong extends Error {
  constructor(what: string) {
    super(`waited too long for ${what}`);
  }
}

/**
 * The value of a promise.
 *
 * @throws {TooLong} Where it has none within the limit.
 */
export async function within<T>(
  promise: Promise<T>,
  what: string,
  limitMs = LIMIT,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLong(what)), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Polls until a condition holds.
 *
 * @throws {TooLong} Where it does not within the limit.
 */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const start = performance.now();
  while (!await isSo()) {
    const waited = performance.now() - start;
    if (waited > LIMIT) throw new TooLong(what);
    // To look all the time would slow down what it waits for.
    const pause = Math.min(Math.max(5, waited / 10), 100);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * Runs a command to its end.
 *
 * @throws {TooLong} Where it does not end within the limit; it is killed then.
 */
export async function run(
  command: readonly string[],
  { stdin = [], limit, ...options }: StartOptions = {},
): Promise<Ended> {
  const child = new Deno.Command(command[0], {
    args: command.slice(1),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    ...options,
  }).spawn();
  const pieces = typeof stdin === "string"
    ? [utf8(stdin)]
    : stdin instanceof Uint8Array
    ? [stdin]
    : stdin;
  const input = ReadableStream.from(pieces).pipeTo(child.stdin);
  // A process that ends without reading all of it breaks the pipe.
  const ending = Promise.all([child.output(), input.catch(() => {})]);
  try {
    const [{ code, stdout, stderr }] = await within(
      ending,
      command.join(" "),
      limit,
    );
    const decoder = new TextDecoder();
    const [out, err] = [stdout, stderr].map((it) => decoder.decode(it));
    return { code, stdout: out, stderr: err };
  } catch (error) {
    child.kill("SIGKILL");
    await ending;
    throw error;
  }
}
