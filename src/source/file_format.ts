/**
 * The format of one file: its dialect, which its first bytes show, and whether its
 * lines are of that dialect.
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import {
  type Decoder,
  type Dialect,
  MOST_HEAD_BYTES,
  type Prefilter,
} from "../dialect/dialect.ts";
import { dialectNamed, recognise } from "../dialect/dialects.ts";
import type { Position } from "../turns/checkpoint.ts";
import type { LogFile } from "./lines.ts";
import type { ReadOptions, Resume } from "./read_options.ts";

const NEWLINE = 10;
const EMPTY = new Uint8Array();
/** The text of a line that is as good as none. */
const BLANK = /^[\s\0\uFEFF]*$/;
const utf8 = new TextDecoder();

/** The format of one file. */
export class FileFormat {
  /** Finds its candidates; `undefined` until its dialect is known. */
  prefilter: Prefilter | undefined;
  /** Whether some of the file is known to be of its dialect. */
  isRecognised: boolean;
  #file: LogFile;
  #isResumed: boolean;
  #dialect: Dialect | undefined;
  #decoder: Decoder | undefined;
  #saved: string | null;
  /** The first bytes, as long as they are not enough to recognise the dialect. */
  #head: Uint8Array = EMPTY;
  /** Whether there was a line that is not of the dialect. */
  #hasUnknown = false;
  #unrecognised: ReadOptions["unrecognised"];

  constructor(file: LogFile, options: ReadOptions, from: Resume) {
    this.#file = file;
    this.#unrecognised = options.unrecognised;
    this.#isResumed = from.offset > 0;
    // What was read before may have been recognised.
    this.isRecognised = this.#isResumed;
    const before = dialectNamed(from.dialect ?? null);
    const dialect = options.dialect ?? before;
    // Only the dialect that saved a state can read it.
    this.#saved = dialect === before ? from.decoder ?? null : null;
    if (dialect !== undefined) this.#use(dialect);
  }

  /** Decodes its lines. Only once the dialect is known. */
  get decoder(): Decoder {
    return this.#decoder!;
  }

  /** The name of the dialect, and the current state of its decoder. */
  get state(): Pick<Position, "dialect" | "decoder"> {
    return {
      dialect: this.#dialect?.name ?? null,
      decoder: this.#decoder?.save() ?? null,
    };
  }

  /** Whether no byte is held back. */
  get isEmpty(): boolean {
    return this.#head.length === 0;
  }

  /**
   * Takes bytes of a file whose dialect is not known yet.
   *
   * @param chunk May be overwritten once this returns.
   * @returns All bytes so far, if they show the dialect.
   */
  take(chunk: Uint8Array): Uint8Array | undefined {
    const head = joinBytes([this.#head, chunk]);
    const isEnough = chunk.includes(NEWLINE) || head.length >= MOST_HEAD_BYTES;
    if (isEnough) return this.#recognise(head);
    this.#head = head === chunk ? chunk.slice() : head;
  }

  /** The bytes that were held back, at the end of the file. */
  end(): Uint8Array {
    return this.isEmpty ? EMPTY : this.#recognise(this.#head);
  }

  /** Drops the bytes that were held back. */
  drop(): void {
    this.#head = EMPTY;
  }

  /**
   * Looks whether a line is of the dialect, unless one was already.
   *
   * @param line Its bytes, or those that it begins with.
   */
  look(line: Uint8Array): void {
    const text = utf8.decode(line);
    // White space says nothing of a format.
    if (BLANK.test(text)) return;
    this.isRecognised = this.#dialect!.knows(text);
    this.#hasUnknown = true;
  }

  /** Reports the file if there are lines, but none so far is of its dialect. */
  check(): void {
    if (this.isRecognised || !this.#hasUnknown) return;
    this.#unrecognised?.(this.#file.name);
    // It is reported once.
    this.isRecognised = true;
  }

  #recognise(head: Uint8Array): Uint8Array {
    this.#head = EMPTY;
    const { name } = this.#file;
    const dialect = recognise(head, name);
    this.isRecognised ||= dialect.recognises(head, name);
    this.#use(dialect);
    return head;
  }

  #use(dialect: Dialect): void {
    this.#dialect = dialect;
    this.prefilter = dialect.prefilter;
    // Lines of a file that was reopened may still be queued for its decoder.
    this.#decoder = this.#isResumed ? this.#file.decoder : undefined;
    this.#decoder ??= dialect.decoder(this.#saved);
    this.#file.decoder = this.#decoder;
  }
}
