/**
 * The program that follows a log into PostgreSQL while a test breaks something.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fold } from "../support/database.ts";
import { answer, at, lineOf, prompt } from "../support/envelope.ts";
import { COMMAND, type Exit, run, Running, until } from "./program.ts";

/** A followed log, each event of which begins or ends a turn of its own. */
export class PostgresFollower implements AsyncDisposable {
  #log: string;
  #program: Running;
  #stream = "";
  #prompts = 0;
  #answers = 0;

  /**
   * @param env The environment variables by which it connects.
   * @param wrapper A command that starts it, whose words follow.
   */
  constructor(
    log: string,
    db: string,
    args: string[] = [],
    env: Record<string, string> = {},
    wrapper: string[] = [],
  ) {
    this.#log = log;
    Deno.writeTextFileSync(log, "");
    const variables = Object.entries(env).map((pair) => pair.join("="));
    this.#program = new Running([
      ...[...wrapper, "env", ...variables, ...COMMAND],
      ...["--source", log, "--follow", "--db", db, ...args],
    ]);
  }

  /** Lets the log grow by prompts, each of a session of its own. */
  prompt(count = 1): void {
    for (let i = 0; i < count; i++) {
      const n = this.#prompts++;
      this.#write(
        lineOf(prompt({ sid: `${this.#log} ${n}`, t: at(n), text: `q${n}` })),
      );
    }
  }

  /** Lets the log grow by the answer to the oldest prompt without one. */
  answer(): void {
    const n = this.#answers++;
    this.#write(
      lineOf(answer({ sid: `${this.#log} ${n}`, t: at(n + 1), text: `a${n}` })),
    );
  }

  /** Waits until it has read all of its log. */
  async isRead(): Promise<void> {
    const { size } = await Deno.stat(this.#log);
    const script = `for fd in /proc/$0/fdinfo/*; do
      [ "$(readlink "/proc/$0/fd/\${fd##*/}")" = "$1" ] && head -1 "$fd"
      done`;
    const { pid } = this.#program;
    await until(async () => {
      const { stdout } = await run(["sh", "-c", script, `${pid}`, this.#log]);
      return stdout.split(/\s+/).includes(`${size}`);
    }, "the end of the log");
  }

  /** Reads the next record, and compares its id and its status. */
  async expect(id: number, status: string): Promise<void> {
    const line = await this.#program.line();
    this.#stream += `${line}\n`;
    const record = JSON.parse(line!);
    assertEquals([record.turn_id_glob, record.status], [id, status]);
  }

  /** The last record of each turn. */
  get folded(): Record<string, unknown>[] {
    return fold(this.#stream);
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#program.kill(signal);
  }

  /** Waits for its end. */
  exit(): Promise<Exit> {
    return this.#program.exit();
  }

  /** Stops it, which must not fail. @returns Its messages. */
  async stop(): Promise<string> {
    this.kill("SIGTERM");
    const { code, stderr } = await this.exit();
    assertEquals(code, 0, stderr);
    return stderr;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }

  #write(line: string): void {
    Deno.writeTextFileSync(this.#log, `${line}\n`, { append: true });
  }
}
