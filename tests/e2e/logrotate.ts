/**
 * The real logrotate on a followed log, and the writer that does not wait for
 * it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { FollowedLog } from "./follower.ts";
import { type Ended, run, Running, untilStopped } from "./program.ts";

/** Runs logrotate. Not everybody has its folder in the path. */
export function runLogrotate(...args: string[]): Promise<Ended> {
  const script = 'PATH="$PATH:/usr/sbin:/sbin" exec logrotate "$@"';
  return run(["sh", "-c", script, "sh", ...args]);
}

/** How to name rotated files so that several of a day have names of their own. */
export const DATED: readonly string[] = ["dateext", "dateformat -%Y%m%d-%s"];

/** Rotates a log now, by the directives of a configuration. */
export async function logrotate(
  log: FollowedLog,
  directives: readonly string[],
): Promise<void> {
  const lines = [...directives, "rotate 1000"].map((line) => `  ${line}\n`);
  const config = log.dir.write(
    "logrotate.conf",
    `"${log.path}" {\n${lines.join("")}}\n`,
  );
  // It takes no configuration that others may write to.
  Deno.chmodSync(config, 0o600);
  const state = log.dir.file("logrotate.state");
  const { code, stderr } = await runLogrotate("-f", "-s", state, config);
  assertEquals([code, stderr], [0, ""]);
}

/** What a {@linkcode Writer} writes, and how. */
export interface WriterOptions {
  seed: number;
  /** Lines a second. */
  rate: number;
  /** The share of the prompts, where it is not that of a real log. */
  prompts?: number;
  /**
   * Whether it creates the log if it is missing. Either it or logrotate must do
   * so, but not both: logrotate renames an existing file to a name with the hour
   * and `.backup`, over the previous one.
   */
  creates: boolean;
}

/** A process of its own that writes to a log all the time. */
export class Writer extends Running {
  /** The path of the file that holds all that it wrote. */
  readonly record: string;
  #log: FollowedLog;

  /** Starts to write. */
  constructor(
    log: FollowedLog,
    { seed, rate, prompts, creates }: WriterOptions,
  ) {
    const record = log.dir.file("record");
    super([
      ...[Deno.execPath(), "run", "--no-config", "--no-prompt"],
      ...["--allow-read", "--allow-write"],
      `${import.meta.dirname}/writer.ts`,
      ...[log.path, record, `${rate}`, `${seed}`, `${prompts ?? "real"}`],
      ...creates ? ["create"] : [],
    ]);
    this.record = record;
    this.#log = log;
    // Without the former it waits, without the latter there is nothing to see.
    log.append("");
    Deno.writeTextFileSync(record, "");
  }

  /** Does something while it stands still. */
  async paused(act: () => Promise<void>): Promise<void> {
    this.kill("SIGSTOP");
    await untilStopped(this.pid);
    await act();
    this.kill("SIGCONT");
  }

  /** Ends it, and waits until the program has read all of the log. */
  async stop(): Promise<void> {
    const { code, stderr } = await this.end();
    assertEquals([code, stderr], [0, ""]);
    await this.#log.caughtUp();
    Deno.writeTextFileSync(this.record, this.#log.written, { append: true });
  }
}

/** Does something with several cases at once; an error names its case. */
export async function atOnce<T>(
  cases: Record<string, T>,
  act: (value: T, name: string, number: number) => Promise<void>,
): Promise<void> {
  const acts = Object.entries(cases).map(async ([name, value], i) => {
    try {
      await act(value, name, i);
    } catch (error) {
      throw new Error(`${name}: ${error}`, { cause: error });
    }
  });
  // Each is to end, so that none outlives the test.
  const ends = await Promise.allSettled(acts);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
