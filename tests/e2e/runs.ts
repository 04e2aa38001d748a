/**
 * Runs of the program on one log and one database, most of them killed.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { Random } from "../../tools/gen_log/random.ts";
import { appliedEvents } from "../support/database.ts";
import type { TempDir } from "../support/temp.ts";
import { COMMAND, until, within } from "./program.ts";
import type { KillableLog } from "./killable_log.ts";

/** How the program reads the log. */
export const MODES = ["live", "batch", "follow"] as const;
/** One of {@linkcode MODES}. */
export type Mode = typeof MODES[number];
/** The part of the log that a run reads, in bytes, and when the run ends. */
export interface Part {
  from: number;
  to: number;
  /** When to send SIGTERM and SIGKILL, in milliseconds; never if missing. */
  term?: number;
  kill?: number;
}

/** How a run ended. */
export interface Ended {
  killed: boolean;
  stdout: string;
  stderr: string;
}

/** Runs of the program on one log and one database. */
export class Runs {
  readonly db: string;
  #mode: Mode;
  #random: Random;
  #log: KillableLog;
  #path: string;
  #written = 0;

  constructor(dir: TempDir, mode: Mode, random: Random, log: KillableLog) {
    this.db = dir.file("killed.db");
    this.#path = dir.write("log.jsonl", "");
    this.#mode = mode;
    this.#random = random;
    this.#log = log;
  }

  /** Starts the program and waits for its end. */
  async run(part: Part, synchronous: string): Promise<Ended> {
    const source = {
      live: [],
      batch: ["--source", this.#path],
      follow: ["--source", this.#path, "--follow"],
    }[this.#mode];
    const bytes = this.#log.bytes.subarray(part.from, part.to);
    if (this.#mode === "batch") Deno.writeFileSync(this.#path, bytes);
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
        // It ended before.
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
    // SIGTERM kills the program until it handles signals.
    const killed = signal === "SIGKILL" || signal === "SIGTERM";
    assert(killed || code === 0, `it ended with ${signal ?? code}: ${stderr}`);
    return { killed, stdout: utf8.decode(output.stdout), stderr };
  }

  /** Writes the part of the log in pieces. */
  async #feed(
    child: Deno.ChildProcess,
    bytes: Uint8Array<ArrayBuffer>,
    to: number,
  ): Promise<void> {
    if (this.#mode === "follow") {
      // A followed log only grows.
      while (this.#written < to) {
        const size = this.#random.between(1, 20_000);
        const end = Math.min(to, this.#written + size);
        const piece = this.#log.bytes.subarray(this.#written, end);
        await Deno.writeFile(this.#path, piece, { append: true });
        this.#written = end;
      }
    }
    const chunks = this.#mode === "live" ? [bytes] : [];
    await ReadableStream.from(chunks).pipeTo(child.stdin).catch(() => {});
  }

  /** Whether every event is applied. */
  isComplete(): boolean {
    return appliedEvents(this.db) >= this.#log.events.length;
  }
}
