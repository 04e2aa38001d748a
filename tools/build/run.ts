/**
 * Runs other programs.
 *
 * @module
 */

import { BuildError, messageOf } from "./say.ts";

/** The working directory and additional variables of a program. */
export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** The captured output of a program. */
export interface Captured {
  success: boolean;
  /** Whether it was killed because it printed nothing for too long. */
  stalled: boolean;
  stdout: string;
  stderr: string;
}

/** Signals that are meant for the program, not for its runner. */
const FORWARDED: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

// A process without the permission to run everything may not pass these to a
// child, and no program here needs them.
for (
  const name of [
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "DYLD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
  ]
) {
  Deno.env.delete(name);
}

/** Runs a program on the streams of this process, and returns its exit code. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const child = spawn(command, args, {
    ...options,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  const forwarders = FORWARDED.map((signal) => {
    const forward = () => {
      try {
        child.kill(signal);
      } catch {
        // It ended before.
      }
    };
    Deno.addSignalListener(signal, forward);
    return () => Deno.removeSignalListener(signal, forward);
  });
  const { code } = await child.status;
  for (const stop of forwarders) stop();
  return code;
}

/**
 * Runs this Deno on the streams of this process, without its check for updates,
 * which needs the network.
 */
export function runDeno(
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const env = { DENO_NO_UPDATE_CHECK: "1", ...options.env };
  return run(Deno.execPath(), args, { ...options, env });
}

/**
 * Runs a program to its end and captures its output.
 *
 * It is killed after `patience` milliseconds without output: on a network that
 * drops packets a program may wait without end, while one that downloads over a
 * slow connection keeps printing its progress.
 */
export async function capture(
  command: string,
  args: readonly string[],
  options: RunOptions & { patience?: number } = {},
): Promise<Captured> {
  const { patience, ...where } = options;
  const child = spawn(command, args, {
    ...where,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  let stalled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restartTimer = () => {
    clearTimeout(timer);
    if (patience === undefined) return;
    timer = setTimeout(() => {
      stalled = true;
      child.kill("SIGKILL");
    }, patience);
  };
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let text = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      restartTimer();
      text += part;
    }
    return text;
  };
  restartTimer();
  const [{ success }, stdout, stderr] = await Promise.all([
    child.status,
    collect(child.stdout),
    collect(child.stderr),
  ]);
  clearTimeout(timer);
  return { success, stalled, stdout, stderr };
}

/**
 * Runs a program that must succeed.
 *
 * @throws {BuildError} With its last line of stderr, if it fails.
 */
export async function must(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const { success, stderr } = await capture(command, args, options);
  if (success) return;
  const last = stderr.trimEnd().split("\n").at(-1) || "it printed nothing";
  throw new BuildError(`"${command} ${args.join(" ")}" failed: ${last}`);
}

function spawn(
  command: string,
  args: readonly string[],
  options: Deno.CommandOptions,
): Deno.ChildProcess {
  try {
    return new Deno.Command(command, { ...options, args: [...args] }).spawn();
  } catch (error) {
    throw new BuildError(`Cannot run "${command}": ${messageOf(error)}`);
  }
}
