/**
 * Commands together with the processes that they start.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { run, Running } from "./program.ts";

/** A running command, with all processes that it started. */
export class ProcessGroup extends Running {
  /** Starts a command. */
  constructor(command: string[], env: Record<string, string>) {
    const variables = Object.entries(env).map((entry) => entry.join("="));
    super(["setsid", "env", ...variables, ...command]);
  }

  /** The id of its only process with this name. */
  async find(name: string): Promise<number> {
    const { stdout } = await run(["ps", "-wweo", "pid=,pgid=,comm="]);
    const found = stdout.split("\n").map((line) => line.trim().split(/ +/))
      .filter(([, group, command]) => +group === this.pid && command === name);
    assertEquals(found.length, 1, `${name} in ${stdout}`);
    return +found[0][0];
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    // To kill only the command would leave its children running.
    await run(["kill", "-KILL", "--", `-${this.pid}`]);
    await this.exit();
  }
}
