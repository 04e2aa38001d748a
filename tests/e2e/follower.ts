/**
 * The program as it follows a log, and the actions of writers and rotation.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { contents, fold, query, records } from "../support/database.ts";
import { answer, at, lineOf, prompt } from "../support/envelope.ts";
import { unlessMissing } from "../../src/system/unless_missing.ts";
import { TempDir } from "../support/temp.ts";
import {
  COMMAND,
  type Exit,
  run,
  Running,
  turnCounter,
  until,
} from "./program.ts";

/** Whether a file exists. */
export function exists(path: string): boolean {
  return unlessMissing(() => Deno.statSync(path)) !== undefined;
}

/** Whether a process has read a file to its end. */
export async function hasRead(pid: number, path: string): Promise<boolean> {
  const script = `for fd in /proc/$0/fd/*; do
    [ "$(readlink "$fd")" = "$1" ] && cat "/proc/$0/fdinfo/\${fd##*/}"
  done`;
  const { stdout } = await run(["sh", "-c", script, `${pid}`, path]);
  return stdout.startsWith(`pos:\t${Deno.statSync(path).size}\n`);
}

/** The program as it follows a log; its stdout is read all the time. */
export class Follower implements AsyncDisposable {
  /** The lines of its stdout, without one that a kill has torn. */
  readonly lines: string[] = [];
  #program: Running;
  #reading: Promise<void>;
  #ended: Exit | null = null;

  /**
   * Starts the program.
   *
   * @param reader Resolves before the first read of stdout.
   * @param command The program, or a command that becomes it.
   */
  constructor(
    args: string[],
    reader: Promise<void> = Promise.resolve(),
    command: string[] = COMMAND,
  ) {
    this.#program = new Running([...command, ...args]);
    this.#reading = reader.then(() => this.#read());
  }

  /** The id of its process. */
  get pid(): number {
    return this.#program.pid;
  }

  /** The texts of the prompts of its records, in order. */
  get texts(): string[] {
    return this.lines.map((line) => JSON.parse(line).user_text);
  }

  /** Waits until it has emitted a record of the prompt with this text. */
  async emits(text: string): Promise<void> {
    let searched = 0;
    await this.#wait(() => {
      while (searched < this.lines.length) {
        if (JSON.parse(this.lines[searched++]).user_text === text) return true;
      }
      return false;
    }, `the prompt "${text}"`);
  }

  /** Waits until it has emitted this many records. */
  async emitsRecords(count: number): Promise<void> {
    await this.#wait(() => this.lines.length >= count, `${count} records`);
  }

  async #wait(check: () => boolean, what: string): Promise<void> {
    let gone = false;
    this.#reading.finally(() => gone = true);
    await until(async () => {
      const last = gone;
      if (check()) return true;
      if (!last) return false;
      const { code, stderr } = await this.exit();
      throw new Error(`ended with ${code} before ${what}: ${stderr}`);
    }, what);
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#program.kill(signal);
  }

  /** Waits until it ends by itself. */
  async exit(): Promise<Exit> {
    await this.#reading;
    return this.#ended ??= await this.#program.exit();
  }

  /** Ends it as a service manager does, and returns its stderr. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<string> {
    this.kill(signal);
    const { stderr, ...end } = await this.exit();
    assertEquals(end, { code: 0, signal: null }, stderr);
    return stderr;
  }

  /** Ends it as a power cut does. */
  async crash(): Promise<void> {
    this.kill("SIGKILL");
    const { signal, stderr } = await this.exit();
    assertEquals(signal, "SIGKILL", stderr);
  }

  async #read(): Promise<void> {
    let torn = false;
    for await (const line of this.#program.lines()) {
      if (torn) throw new Error("an incomplete record with another after it");
      try {
        JSON.parse(line);
        this.lines.push(line);
      } catch {
        torn = true;
      }
    }
    if (!torn) return;
    // No prefix of a record is valid JSON, so only a torn record is left out.
    this.#ended = await this.#program.exit();
    assertEquals(this.#ended.signal, "SIGKILL", "an incomplete record");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await this.#reading;
  }
}

/** A log in a folder of its own, its writers, its rotation and its follower. */
export class FollowedLog implements AsyncDisposable {
  /** The folder. */
  readonly dir = new TempDir();
  /** The log's path. */
  readonly path: string = this.dir.file("log.jsonl");
  /** The database's path. */
  readonly db: string = this.dir.file("turns.db");
  /** All that was ever written to the log, in order. */
  written = "";
  /** The stdout of the runs that have ended. */
  #emitted: string[] = [];
  #follower: Follower | undefined;
  #read = () => {};
  #turns = 0;
  #marks = 0;

  /** Appends to the log, which is created if it is missing. */
  append(text: string): void {
    this.appendTo(this.path, text);
  }

  /** Appends to a rotated file, as a late writer does. */
  appendTo(path: string, text: string): void {
    Deno.writeTextFileSync(path, text, { append: true });
    this.written += text;
  }

  /** The lines of new turns: a prompt and an answer each. */
  turns(count: number): string {
    let text = "";
    for (let i = 0; i < count; i++) {
      const turn = this.#turns++;
      const fields = { sid: `s${turn % 3}`, turnId: `${turn}` };
      for (
        const event of [
          prompt({ ...fields, t: at(turn), text: `prompt ${turn}` }),
          answer({ ...fields, t: at(turn + 0.5), text: `answer ${turn}` }),
        ]
      ) text += lineOf(event) + "\n";
    }
    return text;
  }

  /** A new turn: the line of its prompt, and that of its answer. */
  turn(): [prompt: string, answer: string] {
    const [prompt, answer] = this.turns(1).split(/(?<=\n)/);
    return [prompt, answer];
  }

  /** The line of a prompt in a session of its own, and its text. */
  mark(): [line: string, text: string] {
    const text = `mark ${this.#marks++}`;
    return [lineOf(prompt({ sid: text, text })) + "\n", text];
  }

  /** The line of a prompt whose record blocks a pipe that is not read. */
  blockingLine(): string {
    const t = at(1e6 + this.#marks++);
    return lineOf(prompt({ t, text: "x".repeat(3e6) })) + "\n";
  }

  /** Whether the program has scanned the log. */
  get isSeen(): boolean {
    if (!exists(this.db)) return false;
    try {
      return query(this.db, "SELECT 1 FROM checkpoints").length > 0;
    } catch {
      // It is being created.
      return false;
    }
  }

  /** The current run of the program. */
  get follower(): Follower {
    if (this.#follower === undefined) {
      throw new Error("the log is not being followed");
    }
    return this.#follower;
  }

  /** Starts a run of the program. */
  start(...args: string[]): Follower {
    return this.#follower = new Follower([...this.#args, ...args]);
  }

  /** Starts a run by a command that becomes the program, or has it as its child. */
  startBy(...command: string[]): Follower {
    return this.#follower = new Follower(
      this.#args,
      undefined,
      [...command, ...COMMAND],
    );
  }

  /** Starts a run whose stdout is not read until the returned function is called. */
  startUnread(...args: string[]): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#follower = new Follower([...this.#args, ...args], promise);
    this.#read = resolve;
    return resolve;
  }

  get #args(): string[] {
    return ["--source", this.path, "--follow", "--db", this.db];
  }

  /** Ends the program as a service manager does. */
  async stop(signal?: "SIGTERM" | "SIGINT"): Promise<string> {
    const stderr = await this.follower.stop(signal);
    this.#keep();
    return stderr;
  }

  /** Ends the program as a power cut does. */
  async crash(): Promise<void> {
    const crashed = this.follower.crash();
    this.#read();
    await crashed;
    this.#keep();
  }

  /** Waits until the program ends by itself. */
  async end(): Promise<Exit> {
    const exit = await this.follower.exit();
    this.#keep();
    return exit;
  }

  #keep(): void {
    this.#emitted.push(...this.follower.lines);
    this.#follower = undefined;
  }

  /** Appends a line, and waits until the program has emitted its record. */
  async caughtUp(): Promise<void> {
    const [line, text] = this.mark();
    this.append(line);
    await this.follower.emits(text);
  }

  /** The names of the log and its rotated files, the newest first. */
  siblings(): string[] {
    const names = [...Deno.readDirSync(this.dir.path)].map(({ name }) => name);
    const number = (name: string) => +(/\.(\d+)/.exec(name)?.[1] ?? 0);
    return names.filter((name) =>
      /^log\.jsonl(\.\d+)?(\.gz|\.zst)?$/.test(name)
    )
      .sort((a, b) => number(a) - number(b));
  }

  /** Renames the log to `.1`, `.1` to `.2`, and so on. */
  rename(): void {
    this.#makeRoom();
    Deno.renameSync(this.path, `${this.path}.1`);
  }

  /** Renames the log and creates another, as logrotate does with `create`. */
  rotate(): void {
    this.rename();
    Deno.writeTextFileSync(this.path, "");
  }

  /** Copies the log to `.1` and empties it, as `copytruncate` does. */
  copyTruncate(): void {
    this.#makeRoom();
    Deno.copyFileSync(this.path, `${this.path}.1`);
    Deno.truncateSync(this.path);
  }

  #makeRoom(): void {
    for (const name of this.siblings().reverse()) {
      const next = name.replace(/\.(\d+)/, (_, n) => `.${+n + 1}`);
      if (next !== name) {
        Deno.renameSync(this.dir.file(name), this.dir.file(next));
      }
    }
  }

  /** Waits until the file system's clock has advanced by more than this. */
  async tick(milliseconds: number = 0): Promise<void> {
    const probe = this.dir.file("probe");
    const touched = () => {
      Deno.writeTextFileSync(probe, "");
      return Deno.statSync(probe).mtime!.getTime();
    };
    const now = touched();
    await until(() => touched() > now + milliseconds, "a later time");
  }

  /** Compresses a rotated file. */
  async compress(number: number): Promise<void> {
    const { code, stderr } = await run(["gzip", `${this.path}.${number}`]);
    assertEquals([code, stderr], [0, ""]);
  }

  /** Stops the program once it has caught up, and compares the result with a batch run. */
  async endsAsBatch(): Promise<void> {
    await this.caughtUp();
    await this.stop();
    await this.assertAsBatch();
  }

  /**
   * Compares the database with that of a batch run on everything that was
   * written, and the stream with the database.
   */
  async assertAsBatch(): Promise<void> {
    await this.assertAsBatchOf(this.dir.write("batch", this.written));
  }

  /** The same, with a file in which the writer recorded all lines. */
  async assertAsBatchOf(log: string): Promise<void> {
    const db = this.dir.file("batch.db");
    const { code } = await turnCounter(
      ["--source", log, "--db", db, "--synchronous", "off"],
    );
    assertEquals(code, 0);
    assertSame(outline(this.db), outline(db));
    assertEquals(contents(this.db), contents(db));
    assertSame(fold(this.stream).map(text), records(this.db).map(text));
    Deno.removeSync(db);
  }

  /** The stdout of all runs. */
  get stream(): string {
    return [...this.#emitted, ...(this.#follower?.lines ?? [])].join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#read();
    await this.#follower?.[Symbol.asyncDispose]();
    this.dir[Symbol.dispose]();
  }
}

/** The turns of a database in a few words each. */
function outline(db: string): string[] {
  return records(db).map((row) =>
    `${row.turn_id_glob}: ${row.user_text}, ${row.assistant_text}, ${row.status}`
      .slice(0, 80)
  );
}

const text = (record: Record<string, unknown>) => JSON.stringify(record);

/** As `assertEquals`, but shows only the first difference. */
function assertSame(actual: string[], expected: string[]): void {
  const at = expected.findIndex((line, i) => line !== actual[i]);
  const around = (lines: string[]) => lines.slice(Math.max(0, at - 1), at + 3);
  if (at >= 0) assertEquals(around(actual), around(expected));
  assertEquals(actual.length, expected.length);
}
