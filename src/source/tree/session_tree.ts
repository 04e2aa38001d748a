/**
 * The session files below directories as one source (SPEC section 10).
 *
 * @module
 */

import type { Dialect } from "../../dialect/dialect.ts";
import type { ReadOptions } from "../read_options.ts";
import type { Item } from "../lines.ts";
import {
  CHUNK_BYTES,
  counted,
  readFile,
  readLines,
  reasonOf,
  type Source,
} from "../source.ts";
import type { Skipped } from "./files_below.ts";
import type { SessionFile } from "./recognise.ts";
import { findSessionFiles, type SessionFiles } from "./session_files.ts";

/** Reports what cannot be read. */
export interface Reports {
  /** The compressed data of a file is damaged. */
  damaged: (name: string, reason: string) => void;
  /** A file or a directory is left out. */
  skipped: Skipped;
  /** There is nothing to read below a directory. */
  empty: (directory: string) => void;
}

/** Reads the session files below directories, one after the other. */
export class SessionTree implements Source {
  readonly name: string;
  readonly size: number;
  consumed = 0;
  /** How many session files were recognised below each of the directories. */
  readonly recognised: ReadonlyMap<string, number>;
  #empty: string[];
  #files: SessionFile[];
  #reports: Reports;

  private constructor(
    { files, counts, empty }: SessionFiles,
    reports: Reports,
  ) {
    this.name = [...counts.keys()].join(", ");
    this.size = files.reduce((sum, { size }) => sum + size, 0);
    this.recognised = counts;
    this.#empty = empty;
    this.#files = files;
    this.#reports = reports;
  }

  /**
   * Finds the session files; they are opened when they are read.
   *
   * @param dialect The only one that may recognise a file, if there is one.
   * @throws As {@linkcode findSessionFiles} does.
   */
  static async open(
    directories: readonly string[],
    reports: Reports,
    dialect?: Dialect,
  ): Promise<SessionTree> {
    const dialects = dialect && [dialect];
    const { skipped } = reports;
    const files = await findSessionFiles(directories, skipped, dialects);
    return new SessionTree(files, reports);
  }

  async *read(options: ReadOptions): AsyncGenerator<Item[]> {
    for (const [directory, count] of this.recognised) {
      if (this.#empty.includes(directory)) this.#reports.empty(directory);
      else if (count === 0) options.unrecognised?.(directory);
    }
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (const { path, dialect } of this.#files) {
      using file = this.#open(path);
      if (file === undefined) continue;
      const log = { id: 0, name: path, isResumed: false };
      const bytes = counted(this, readFile(path, file, buffer));
      const { damaged } = this.#reports;
      yield* readLines(log, bytes, options, damaged, { dialect });
    }
  }

  /** Opens a file; one that has vanished since it was found is reported too. */
  #open(path: string): Deno.FsFile | undefined {
    try {
      return Deno.openSync(path);
    } catch (error) {
      this.#reports.skipped(path, reasonOf(error));
      return undefined;
    }
  }
}
