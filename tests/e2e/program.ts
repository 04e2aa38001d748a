/**
 * Runs the program as a user does.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import {
  type Ended,
  run,
  type StartOptions,
  until,
  within,
} from "../support/process.ts";

export { type Ended, run, type StartOptions, until, within };

/** The command of the program, from the task runner. */
export const COMMAND: string[] = JSON.parse(
  Deno.env.get("TURN_COUNTER_EXE") ?? "null",
) ?? failToFind();

function failToFind(): never {
  throw new Error("run the tests with: deno task test");
}

/** How a process ended, without the stdout that was read before. */
export interface Exit {
  code: number;
  signal: string | null;
  stderr: string;
}

/** Waits until a process is stopped by `SIGSTOP`; on Linux. */
export async function untilStopped(pid: number): Promise<void> {
  const script = 'cut -d ")" -f 2 "/proc/$0/stat"';
  await until(async () => {
    const { stdout } = await run(["sh", "-c", script, `${pid}`]);
    return stdout.startsWith(" T");
  }, "a stopped process");
}

/** Runs the program to its end. */
export function turnCounter(
  args: string[],
  options?: StartOptions,
): Promise<Ended> {
  return run([...COMMAND, ...args], options);
}

/** A shell script with the program as `"$@"`. */
export function shell(
  script: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  return run(["bash", "-c", script, "bash", ...COMMAND], { env });
}

/** A program that runs while the test continues. */
export class Running implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #lines: ReadableStreamDefaultReader<string>;
  #stderr: Promise<string>;
  #ended = false;

  /** Starts a command. */
  constructor(command: string[]) {
    this.#child = new Deno.Command(command[0], {
      args: command.slice(1),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
    this.#stderr = new Response(this.#child.stderr).text();
  }

  /** Starts the program. */
  static start(args: string[]): Running {
    return new Running([...COMMAND, ...args]);
  }

  /** The id of its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Writes to its stdin. */
  async write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    await within(this.#input.write(bytes), "stdin");
  }

  /** Reads the next line of its stdout; `undefined` at the end. */
  async line(): Promise<string | undefined> {
    return (await within(this.#lines.read(), "a line of stdout")).value;
  }

  /** Reads all further lines of its stdout, without a time limit. */
  async *lines(): AsyncGenerator<string> {
    for (
      let read = await this.#lines.read();
      !read.done;
      read = await this.#lines.read()
    ) yield read.value;
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Closes its stdin and waits for its end. */
  async end(): Promise<Exit> {
    await this.#closeInput();
    return await this.exit();
  }

  /** Waits until it ends by itself. Unread stdout is dropped. */
  async exit(): Promise<Exit> {
    this.#ended = true;
    const drain = async () => {
      while (!(await this.#lines.read()).done);
    };
    const [{ code, signal }, stderr] = await within(
      Promise.all([this.#child.status, this.#stderr, drain()]),
      "the end of the program",
    );
    await this.#closeInput();
    return { code, signal, stderr };
  }

  /** Closes its stdin; a pipe that is closed already is no error here. */
  async #closeInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It ended by itself.
    }
    await this.exit();
  }
}

/** The program on a pipe from `tail -n +1 -F`. */
export class LivePipe extends Running {
  #tail: Deno.ChildProcess;
  #stopTail = new AbortController();
  #fifo: string;

  private constructor(fifo: string, log: string, args: string[]) {
    super(["sh", "-c", 'exec "$@" <"$0"', fifo, ...COMMAND, ...args]);
    this.#fifo = fifo;
    this.#tail = new Deno.Command("sh", {
      args: ["-c", 'exec tail -n +1 -F "$0" >"$1" 2>/dev/null', log, fifo],
      stdin: "null",
      stdout: "null",
      signal: this.#stopTail.signal,
    }).spawn();
  }

  /** Starts `tail` on a log, and the program on its output. */
  static async follow(log: string, args: string[]): Promise<LivePipe> {
    const fifo = await Deno.makeTempFile({ prefix: "turn-counter-fifo-" });
    await Deno.remove(fifo);
    await run(["mkfifo", fifo]);
    return new LivePipe(fifo, log, args);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    // tail may have ended by itself, since its stdout is closed.
    this.#stopTail.abort();
    await this.#tail.status;
    await Deno.remove(this.#fifo);
  }
}
