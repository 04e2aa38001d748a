/**
 * One open file of which more may come.
 *
 * @module
 */

import { letEventsRun } from "../../system/event_loop.ts";
import type { Item, LogFile, Mark } from "../lines.ts";
import { readFailure } from "../source.ts";
import {
  type Checkpoint,
  type Fingerprint,
  FINGERPRINT_BYTES,
  type Identity,
  type Position,
} from "../../turns/checkpoint.ts";
import type { ReadOptions } from "../line_splitter.ts";
import { Progress } from "./progress.ts";
import { fileHolds, readAt } from "./content.ts";
import type { Opened } from "./copies.ts";
import { identityOf, modifiedMs } from "./files.ts";

const CHUNK_BYTES = 256 * 1024;

/** Room for a chunk, and for the bytes before it that must still be there. */
const buffer = new Uint8Array(FINGERPRINT_BYTES + CHUNK_BYTES);

/** A followed file, from where it was read before to its end, and on. */
export class Tail {
  /** Its checkpoint. */
  readonly id: number;
  /** Which file it is. */
  readonly identity: Identity;
  /** When something came in it last, as `performance.now()` has it. */
  grownAt = performance.now();
  /**
   * Whether it does not hold any more what was read of it: it was cut off, and
   * perhaps written anew.
   */
  isReplaced = false;
  /** Whether it has been read to its end, as that was at the last look. */
  isAtEnd = false;
  #file: Deno.FsFile;
  #name: string;
  #progress: Progress;
  /** What it began with when it was opened, or what was read of that since. */
  #beginning: Uint8Array;

  private constructor(
    file: Deno.FsFile,
    name: string,
    { id, identity }: { id: number; identity: Identity },
    progress: Progress,
    beginning: Uint8Array,
  ) {
    this.#beginning = beginning;
    this.id = id;
    this.identity = identity;
    this.#file = file;
    this.#name = name;
    this.#progress = progress;
  }

  /**
   * Goes on in an open file behind its checkpoint.
   *
   * @param file Let go by {@linkcode Tail.close}.
   */
  static of(
    name: string,
    file: Deno.FsFile,
    { id, offset, line }: Checkpoint,
    reading: ReadOptions,
  ): Tail {
    const log: LogFile = { id, name, isResumed: true };
    const head = readAt(file, 0, Math.min(offset, FINGERPRINT_BYTES));
    const start = Math.max(0, offset - FINGERPRINT_BYTES);
    const last = readAt(file, start, offset - start);
    const begin = { file: log, offset, line, head, last };
    const identity = identityOf(file.statSync());
    const progress = new Progress(begin, reading);
    const beginning = offset > 0 ? head : readAt(file, 0, FINGERPRINT_BYTES);
    return new Tail(file, name, { id, identity }, progress, beginning);
  }

  /**
   * The lines that are there now, up to the end for now.
   *
   * @throws {Failure} Where the file cannot be read.
   */
  async *available(): AsyncGenerator<Item[]> {
    while (!this.isReplaced) {
      await letEventsRun();
      const chunk = this.#orFail(() => {
        this.check();
        return this.isReplaced ? undefined : this.#next();
      });
      this.isAtEnd = chunk === undefined;
      if (chunk === undefined) return;
      this.grownAt = performance.now();
      const items = this.#progress.take(chunk);
      this.#beginning = this.#progress.head;
      yield items;
    }
  }

  /** Reads on, and looks whether what comes before is what it was. */
  #next(): Uint8Array | undefined {
    const { last, offset } = this.#progress;
    this.#file.seekSync(offset - last.length, Deno.SeekMode.Start);
    const count = this.#file.readSync(buffer) ?? 0;
    const isSame = last.every((byte, i) => i < count && byte === buffer[i]);
    this.isReplaced = !isSame;
    return isSame && count > last.length
      ? buffer.subarray(last.length, count)
      : undefined;
  }

  /** @throws {Failure} Where the file cannot be read. */
  #orFail<T>(look: () => T): T {
    try {
      return look();
    } catch (error) {
      throw readFailure(this.#name, error);
    }
  }

  /** Whether it was empty when it was opened, and nothing has been read of it. */
  get isBlank(): boolean {
    return this.#progress.offset === 0 && this.#beginning.length === 0;
  }

  /** Looks whether it still holds what it began with. */
  check(): void {
    const bytes = readAt(this.#file, 0, this.#beginning.length);
    const isSame = bytes.length === this.#beginning.length &&
      this.#beginning.every((byte, i) => byte === bytes[i]);
    if (!isSame) this.isReplaced = true;
  }

  /** Whether it holds the bytes that some fingerprints were made of. */
  holds(head: Fingerprint, last: Fingerprint): boolean {
    return fileHolds(this.#file, head, last);
  }

  /** What a look at the other files has to know of it. */
  get seen(): Opened {
    return {
      modifiedMs: modifiedMs(this.#file.statSync()),
      holds: (head, last) => this.holds(head, last),
    };
  }

  /** Behind the last whole line that was given. */
  get position(): Position {
    return this.#progress.position;
  }

  /** A mark behind the last whole line; `undefined` where the last one is there. */
  mark(): Mark | undefined {
    return this.#progress.mark();
  }

  /** What stands behind the last newline as a line: no more will come. */
  end(): Item[] {
    return this.#progress.end();
  }

  /**
   * Whether the file has no name any more.
   *
   * @throws {Failure} Where nobody can say.
   */
  isDeleted(): boolean {
    return this.#orFail(() => this.#file.statSync().nlink === 0);
  }

  /** Lets the file go, and what was read of half a line. */
  close(): void {
    this.#progress.drop();
    this.#file.close();
  }
}
