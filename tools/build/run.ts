/**
 * Running other programs.
 *
 * @module
 */

import { BuildError, messageOf } from "./say.ts";

/** Where, and with which added variables, a program runs. */
export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** What a program wrote while its output was captured. */
export interface Captured {
  success: boolean;
  /** True if it was stopped because nothing was heard of it for too long. */
  stalled: boolean;
  stdout: string;
  stderr: string;
}

/** Signals that are meant for the program, not for its runner. */
const FORWARDED: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

// Deno refuses to hand these to a child of a process that may not run
// everything, and nothing started here needs them.
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

/** Runs a program on this process's own streams and gives its exit code. */
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
        // It ended first.
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
 * Runs this Deno on this process's own streams, without the look for updates
 * that would reach for the network.
 */
export function runDeno(
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const env = { DENO_NO_UPDATE_CHECK: "1", ...options.env };
  return run(Deno.execPath(), args, { ...options, env });
}

/**
 * Runs a program to its end and captures what it says.
 *
 * It is stopped once it has been silent for `patience` milliseconds: on a
 * network that swallows packets a program may otherwise wait for ever, while
 * one that downloads much over a slow line keeps saying so.
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
  const heard = () => {
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
      heard();
      text += part;
    }
    return text;
  };
  heard();
  const [{ success }, stdout, stderr] = await Promise.all([
    child.status,
    collect(child.stdout),
    collect(child.stderr),
  ]);
  clearTimeout(timer);
  return { success, stalled, stdout, stderr };
}

/** Runs a program that must succeed; its last words are the error if it does not. */
export async function must(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const { success, stderr } = await capture(command, args, options);
  if (success) return;
  const last = stderr.trimEnd().split("\n").at(-1) || "it said nothing";
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
