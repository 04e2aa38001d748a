/**
 * The program, started again and again, each time until it is killed.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { Random } from "../../tools/gen_log/random.ts";
import { appliedEvents } from "../support/database.ts";
import type { TempDir } from "../support/temp.ts";
import { COMMAND, until, within } from "./program.ts";
import type { Story } from "./story.ts";

/** How the program gets the log. */
export const MODES = ["live", "batch", "follow"] as const;
/** One of {@linkcode MODES}. */
export type Mode = typeof MODES[number];
/** From where to where a life reads the log, in bytes, and when it ends. */
export interface Part {
  from: number;
  to: number;
  /** When to ask it to stop, if at all, and when to kill it, in milliseconds. */
  term?: number;
  kill?: number;
}

/** How one life ended. */
export interface Ended {
  killed: boolean;
  stdout: string;
  stderr: string;
}

/** The program, started again and again on one log and one database. */
export class Lives {
  readonly db: string;
  #mode: Mode;
  #random: Random;
  #story: Story;
  #log: string;
  #written = 0;

  constructor(dir: TempDir, mode: Mode, random: Random, story: Story) {
    this.db = dir.file("killed.db");
    this.#log = dir.write("log.jsonl", "");
    this.#mode = mode;
    this.#random = random;
    this.#story = story;
  }

  /** One life, from its start to its end. */
  async live(part: Part, synchronous: string): Promise<Ended> {
    const source = {
      live: [],
      batch: ["--source", this.#log],
      follow: ["--source", this.#log, "--follow"],
    }[this.#mode];
    const bytes = this.#story.bytes.subarray(part.from, part.to);
    if (this.#mode === "batch") Deno.writeFileSync(this.#log, bytes);
    const options = [...source, "--db", this.db, "--synchronous", synchronous];
    const child = new Deno.Command(COMMAND[0], {
      args: [...COMMAND.slice(1), ...options],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const kill = (signal: Deno.Signal) => {
      try {
        child.kill(signal);
      } catch {
        // It ended first.
      }
    };
    const timers = [
      part.term !== undefined && setTimeout(() => kill("SIGTERM"), part.term),
      part.kill !== undefined && setTimeout(() => kill("SIGKILL"), part.kill),
    ];
    const ended = Promise.all([
      child.output(),
      this.#feed(child, bytes, part.to),
    ]);
    if (this.#mode === "follow" && part.kill === undefined) {
      let running = true;
      child.status.then(() => running = false);
      await until(() => !running || this.isComplete(), "all of the log");
      kill("SIGTERM");
    }
    const [output] = await within(ended, "its end");
    for (const timer of timers) if (timer) clearTimeout(timer);
    const utf8 = new TextDecoder();
    const stderr = utf8.decode(output.stderr);
    const { signal, code } = output;
    // Before it listens, SIGTERM is as good.
    const killed = signal === "SIGKILL" || signal === "SIGTERM";
    assert(killed || code === 0, `it ended with ${signal ?? code}: ${stderr}`);
    return { killed, stdout: utf8.decode(output.stdout), stderr };
  }

  /** Gives it the part of the log in pieces, as far as it lives to take them. */
  async #feed(
    child: Deno.ChildProcess,
    bytes: Uint8Array<ArrayBuffer>,
    to: number,
  ): Promise<void> {
    if (this.#mode === "follow") {
      // Its log only grows.
      while (this.#written < to) {
        const size = this.#random.between(1, 20_000);
        const end = Math.min(to, this.#written + size);
        const piece = this.#story.bytes.subarray(this.#written, end);
        await Deno.writeFile(this.#log, piece, { append: true });
        this.#written = end;
      }
    }
    const chunks = this.#mode === "live" ? [bytes] : [];
    await ReadableStream.from(chunks).pipeTo(child.stdin).catch(() => {});
  }

  /** Whether every event is in the database. */
  isComplete(): boolean {
    return appliedEvents(this.db) >= this.#story.events.length;
  }
}
