/**
 * The file to which rejected lines are appended, byte for byte (SPEC section 1).
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import { Failure, messageOf, UsageError } from "../error.ts";
import type { Spool } from "../source/lines.ts";
import { unlessMissing } from "../system/unless_missing.ts";

const NEWLINE = 10;
const LINE_END = Uint8Array.of(NEWLINE);
const COPY_BYTES = 256 * 1024;

/** A file to which rejected lines are appended. */
export class DeadLetter implements Disposable {
  #path: string;
  #sync: boolean;
  #opened: Opened;

  /**
   * Opens the file, or creates it with mode 0600.
   *
   * @param sync Whether each line is made durable, as commits are.
   * @throws {UsageError} If it cannot be opened.
   */
  constructor(path: string, sync: boolean) {
    this.#path = path;
    this.#sync = sync;
    try {
      this.#opened = open(path);
    } catch (error) {
      throw new UsageError(
        `cannot write ${JSON.stringify(path)}: ${
          messageOf(error)
        }; name a file that can be written with --dead-letter`,
      );
    }
  }

  /**
   * Appends a line, and a newline if it does not end with one.
   *
   * @throws {Failure} If it cannot be written.
   */
  add(line: Uint8Array | SpoolFile): void {
    this.#guard(() => {
      this.#follow();
      const { file, gap } = this.#opened;
      if (line instanceof Uint8Array) {
        const end = line.at(-1) === NEWLINE ? [] : [LINE_END];
        // In one write, so that programs which share the file do not mix their lines.
        writeAll(file, joinBytes([...gap, line, ...end]));
      } else {
        gap.forEach((bytes) => writeAll(file, bytes));
        line.copyTo(file);
        writeAll(file, LINE_END);
      }
      this.#opened.gap = [];
      if (this.#sync) file.syncDataSync();
    });
  }

  /**
   * Makes a spool for a line that is too long for memory: a file without a name,
   * so that it is removed when the program ends, however it ends. If it cannot be
   * written, that is an error only when the line is added: it may not be needed.
   */
  spool(): SpoolFile {
    return new SpoolFile(`${this.#path}.${crypto.randomUUID()}`);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#opened.file.close();
  }

  /** Opens the file again if it was removed or renamed, as by a rotation. */
  #follow(): void {
    const { file, dev, ino } = this.#opened;
    const info = unlessMissing(() => Deno.statSync(this.#path));
    if (info?.dev === dev && info.ino === ino) return;
    this.#opened = open(this.#path);
    file.close();
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new Failure(
        `cannot write ${JSON.stringify(this.#path)}: ${
          messageOf(error)
        }; make room for rejected lines, then read the log again`,
        { cause: error },
      );
    }
  }
}

/** The file that has the path now. */
interface Opened extends Pick<Deno.FileInfo, "dev" | "ino"> {
  file: Deno.FsFile;
  /** What separates the next line from what the file already holds. */
  gap: Uint8Array[];
}

/**
 * Opens the file, or creates it with mode 0600.
 *
 * @throws If it cannot be opened, or is not a regular file.
 */
function open(path: string): Opened {
  // Opening a FIFO could block without limit, and signals would not be handled.
  if (unlessMissing(() => Deno.statSync(path))?.isFile === false) {
    throw new Error("it is no regular file");
  }
  const options = { append: true, create: true, mode: 0o600 };
  const file = Deno.openSync(path, options);
  const { dev, ino } = file.statSync();
  return { file, dev, ino, gap: endsInMidLine(path) ? [LINE_END] : [] };
}

/** A line in a file of its own. */
export class SpoolFile implements Spool {
  #file: Deno.FsFile | undefined;
  #error: unknown;

  /** @param path A path that is not in use; it is unused again once this returns. */
  constructor(path: string) {
    this.#try(() => {
      const options = { read: true, write: true, createNew: true, mode: 0o600 };
      this.#file = Deno.openSync(path, options);
      Deno.removeSync(path);
    });
  }

  write(bytes: Uint8Array): void {
    this.#try(() => writeAll(this.#file!, bytes));
  }

  discard(): void {
    this.#file?.close();
  }

  /**
   * Appends the line to another file, and closes its own.
   *
   * @throws The first error since the line began.
   */
  copyTo(target: Deno.FsFile): void {
    if (this.#error !== undefined) throw this.#error;
    const file = this.#file!;
    file.seekSync(0, Deno.SeekMode.Start);
    const buffer = new Uint8Array(COPY_BYTES);
    let count = file.readSync(buffer);
    while (count !== null) {
      writeAll(target, buffer.subarray(0, count));
      count = file.readSync(buffer);
    }
    this.discard();
  }

  #try(work: () => void): void {
    if (this.#error !== undefined) return;
    try {
      work();
    } catch (error) {
      this.#error = error;
    }
  }
}

/**
 * Whether a file ends in the middle of a line: its writer was killed, or the disk
 * was full.
 */
function endsInMidLine(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    if (size === 0) return false;
    const last = new Uint8Array(1);
    file.seekSync(size - 1, Deno.SeekMode.Start);
    return file.readSync(last) === 1 && last[0] !== NEWLINE;
  } catch (error) {
    // It may be written but not read.
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
}
