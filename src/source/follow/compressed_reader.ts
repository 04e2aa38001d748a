/**
 * Reads an open compressed file.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { FINGERPRINT_BYTES, type Position } from "../../turns/checkpoint.ts";
import { decompressed } from "../compressed/decompress.ts";
import type { Item, LogFile } from "../lines.ts";
import { readFile } from "../source.ts";
import { LastBytes, MAGIC_BYTES } from "./file_bytes.ts";
import { FileReader, type MayBegin, type ReaderParts } from "./file_reader.ts";
import { LinePositions } from "./line_positions.ts";
import { isUnchanged, type ScannedFile } from "./scanned_file.ts";

/** Reads a compressed file, from its beginning each time it has grown. */
export class CompressedReader extends FileReader {
  protected lines: LinePositions | undefined;
  #position: Position;
  /** Its status when it was last read. */
  #lastRead: ScannedFile | undefined;

  /**
   * Resumes in an open file at a position.
   *
   * @param handle Closed by {@linkcode FileReader.close}.
   */
  constructor(
    log: LogFile,
    handle: Deno.FsFile,
    position: Position,
    parts: ReaderParts,
  ) {
    super(log, handle, parts);
    this.#position = position;
  }

  async *available(mayBegin: MayBegin): AsyncGenerator<Item[]> {
    const now = this.file;
    const isRead = this.#lastRead && isUnchanged(this.#lastRead, now);
    this.isAtEnd = isRead || this.isDone || now.size < MAGIC_BYTES;
    if (this.isAtEnd) return;
    if (this.isUntouched && !await mayBegin()) return;
    this.#lastRead = now;
    this.grownAt = this.parts.clock.uptimeMs();
    let isTruncated = false;
    for await (const chunk of this.#rest((is) => isTruncated = is)) {
      yield this.lines!.take(chunk);
      if (this.isClosed) return;
    }
    this.isAtEnd = true;
    if (isTruncated) {
      const mark = this.mark();
      this.#position = this.position;
      this.lines?.drop();
      this.lines = undefined;
      if (mark !== undefined) yield [mark];
    } else if (this.lines === undefined) this.isReplaced = true;
    else {
      this.isDone = true;
      yield this.lines.end();
    }
  }

  /** The bytes after the position; creates {@linkcode lines} there. */
  async *#rest(
    truncated: (isTruncated: boolean) => void,
  ): AsyncGenerator<Uint8Array> {
    const { name } = this.log;
    const { offset } = this.#position;
    const last = new LastBytes();
    let head: Uint8Array = new Uint8Array();
    const begin = () => {
      const begin = { ...this.#position, head, last: last.bytes };
      this.lines ??= new LinePositions(this.log, begin, this.parts.reading);
    };
    const bytes = readFile(name, this.handle);
    const chunks = decompressed(name, bytes, (reason, isTruncated) => {
      truncated(isTruncated);
      this.parts.damaged(name, reason);
    });
    for await (const chunk of chunks) {
      const skipped = chunk.subarray(0, offset - last.end);
      last.take(skipped);
      if (head.length < FINGERPRINT_BYTES) {
        const missing = FINGERPRINT_BYTES - head.length;
        head = joinBytes([head, skipped.subarray(0, missing)]);
      }
      if (last.end < offset) continue;
      begin();
      yield chunk.subarray(skipped.length);
    }
    if (last.end === offset) begin();
  }

  get position(): Position {
    return this.lines?.position ?? this.#position;
  }

  get isUntouched(): boolean {
    // Until a line is yielded, it is read again from its beginning.
    return this.position.offset === 0 && !this.isDone;
  }

  check(): void {
    // Its content is compared when it is read.
  }
}
