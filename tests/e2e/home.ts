/**
 * Sessions of Claude Code below a directory, their writers and their follower.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fold, query, records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { Follower } from "./follower.ts";
import { COMMAND, turnCounter } from "./program.ts";

/** What is compared of a turn: not the order in which the sessions were read. */
const TURNS = `SELECT agent, sid, session_turn, status, user_text,
  assistant_text, start_time, end_time, outcome FROM turns ORDER BY 2, 3`;

/** A directory of sessions. */
export class Home implements AsyncDisposable {
  /** The directory. */
  readonly dir = new TempDir();
  /** The path of the database, which is elsewhere. */
  readonly db: string;
  #elsewhere = new TempDir();
  #follower: Follower | null = null;
  #sources: string[] = [];
  /** The records of the runs that have ended. */
  #lines: string[] = [];
  /** The sessions of the names. */
  #sids = new Map<string, string>();
  #count = 0;

  constructor() {
    this.db = this.#elsewhere.file("turns.db");
  }

  /** The path of a session's file. */
  pathOf(name: string): string {
    return this.dir.file(`${name}.jsonl`);
  }

  /** Creates a session with one prompt, and the directories of its file. */
  session(name: string): string {
    this.#sids.set(name, `session-${++this.#count}`);
    const path = this.pathOf(name);
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    this.ask(name);
    return path;
  }

  /** Appends a prompt to a session, and returns its text. */
  ask(name: string): string {
    const text = `prompt ${++this.#count}`;
    const line = `${this.line(name, text)}\n`;
    Deno.writeTextFileSync(this.pathOf(name), line, { append: true });
    return text;
  }

  /** The line of a prompt in a session. */
  line(name: string, content: string): string {
    const time = Date.UTC(2026, 0, 2) + ++this.#count * 1000;
    return JSON.stringify({
      ...{ type: "user", uuid: `u${this.#count}`, parentUuid: null },
      ...{ sessionId: this.#sids.get(name), isSidechain: false, cwd: "/w" },
      timestamp: new Date(time).toISOString(),
      message: { role: "user", content },
    });
  }

  /** Renames the file of a session. */
  rename(from: string, to: string): void {
    const path = this.pathOf(to);
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.renameSync(this.pathOf(from), path);
    this.#sids.set(to, this.#sids.get(from)!);
  }

  /** Starts following sources, by a command that becomes the program or starts it. */
  start(sources: string[], command: string[] = []): Follower {
    this.keep();
    this.#sources = sources.flatMap((source) => ["--source", source]);
    const args = [...this.#sources, "--follow", "--db", this.db];
    const ready = Promise.resolve();
    return this.#follower = new Follower(args, ready, [...command, ...COMMAND]);
  }

  /** Keeps the records of a run that has ended. */
  keep(): void {
    this.#lines.push(...this.#follower?.lines ?? []);
    this.#follower = null;
  }

  /** Stops the follower, and returns the records of all runs. */
  async stop(): Promise<string> {
    await this.#follower?.stop();
    this.keep();
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  /** The records that were emitted more than once. */
  get repeated(): string[] {
    const seen = new Set<string>();
    return this.#lines.filter((line) => seen.size === seen.add(line).size);
  }

  /** Stops the follower, and compares the result with that of a batch run. */
  async endsAsBatch(): Promise<void> {
    const stream = await this.stop();
    assertEquals(fold(stream), records(this.db));
    const db = this.#elsewhere.file("batch.db");
    const { code } = await turnCounter([...this.#sources, "--db", db]);
    assertEquals(code, 0);
    assertEquals(query(this.db, TURNS), query(db, TURNS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#follower?.[Symbol.asyncDispose]();
    this.dir[Symbol.dispose]();
    this.#elsewhere[Symbol.dispose]();
  }
}
