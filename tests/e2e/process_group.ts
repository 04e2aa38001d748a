/**
 * Commands that start others, and all of them together.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { run, Running } from "./program.ts";

/** A command that runs while the test goes on, with all that it started. */
export class ProcessGroup extends Running {
  /** Starts a command. */
  constructor(command: string[], env: Record<string, string>) {
    const variables = Object.entries(env).map((entry) => entry.join("="));
    super(["setsid", "env", ...variables, ...command]);
  }

  /** The one process of this name in it. */
  async find(name: string): Promise<number> {
    const { stdout } = await run(["ps", "-wweo", "pid=,pgid=,comm="]);
    const found = stdout.split("\n").map((line) => line.trim().split(/ +/))
      .filter(([, group, command]) => +group === this.pid && command === name);
    assertEquals(found.length, 1, `${name} in ${stdout}`);
    return +found[0][0];
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    // The command alone would leave behind what it started.
    await run(["kill", "-KILL", "--", `-${this.pid}`]);
    await this.exit();
  }
}
