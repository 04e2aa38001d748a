/**
 * Recognises session files, and when their sessions began (SPEC section 10).
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { type Dialect, MOST_HEAD_BYTES } from "../../dialect/dialect.ts";
import { recogniserOf } from "../../dialect/dialects.ts";
import { parseInstant } from "../../turns/instant.ts";
import { decompressed, firstBytes } from "../compressed/decompress.ts";
import { COMPRESSED_NAME, formatOf } from "../compressed/detect.ts";
import { readFailure, readFile } from "../source.ts";
import {
  type FoundFile,
  type Skipped,
  unlessUnreadable,
} from "./files_below.ts";

/** A file that a dialect recognises. */
export interface SessionFile extends FoundFile {
  /** The name of the dialect. */
  dialect: string;
  /** When the session began, in milliseconds since the epoch. */
  beganMs: number;
}

/** A time in the name of a file: local, unless it ends in `Z`. */
const TIME_IN_NAME =
  /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)(?:(?:-(\d{3}))?(Z))?[^/]*$/;
/** A JSON string that may be a time; one inside of a text has its quotes escaped. */
const QUOTED_TIME = /"(\d{4}-\d\d-\d\d[T ][\d:.Z+-]{8,24})"/g;
/** How many first bytes are likely to hold a time. */
const LIKELY_BYTES = 2048;

const utf8 = new TextDecoder();

/** The path of a log, whether its file is compressed or not. */
export function logPathOf({ realPath }: FoundFile): string {
  return realPath.replace(COMPRESSED_NAME, "");
}

/** A plain file first: of a log that is being compressed, it is the whole one. */
export function byPreference(a: FoundFile, b: FoundFile): number {
  return Number(COMPRESSED_NAME.test(a.path)) -
    Number(COMPRESSED_NAME.test(b.path));
}

/** The oldest first, so that a session is read before its forks. */
export function byAge(a: SessionFile, b: SessionFile): number {
  return a.beganMs - b.beganMs || a.modifiedMs - b.modifiedMs ||
    (a.path < b.path ? -1 : 1);
}

/** Recognises session files, one after the other. */
export class SessionRecogniser {
  #skipped: Skipped;
  #dialects: readonly Dialect[] | undefined;
  #buffer = new Uint8Array(MOST_HEAD_BYTES);

  /**
   * @param skipped Called for each file that cannot be read.
   * @param dialects Those that may recognise a file.
   */
  constructor(skipped: Skipped, dialects?: readonly Dialect[]) {
    this.#skipped = skipped;
    this.#dialects = dialects;
  }

  /**
   * The session of a file, if it is one: a dialect recognises it by its first bytes
   * or its name.
   *
   * @throws {Failure} If the library that decompresses it is missing.
   */
  async recognise(found: FoundFile): Promise<SessionFile | undefined> {
    const { path, modifiedMs } = found;
    const open = () => Deno.openSync(path);
    using file = unlessUnreadable(path, open, this.#skipped);
    if (file === undefined) return undefined;
    const head = await headOf(path, file, this.#buffer);
    const dialect = recogniserOf(head, path, this.#dialects);
    if (dialect === undefined) return undefined;
    const beganMs = timeInName(path) ?? firstTime(head) ?? modifiedMs;
    return { ...found, dialect: dialect.name, beganMs };
  }
}

/**
 * The first bytes of a file, decompressed, as many as a dialect is recognised
 * by; none of a file that cannot be decompressed here. They are valid until the
 * next file is read into `buffer`.
 */
async function headOf(
  path: string,
  file: Deno.FsFile,
  buffer: Uint8Array,
): Promise<Uint8Array> {
  const format = formatOf(firstBytes(file));
  if (format === undefined) return plainHead(path, file, buffer);
  const pieces: Uint8Array[] = [];
  if (format.command !== undefined) return joinBytes(pieces);
  const bytes = readFile(path, file, buffer);
  let size = 0;
  // What is damaged is reported when the file is read.
  for await (const chunk of decompressed(path, bytes, () => {})) {
    const start = size === 0 ? chunk.findIndex((byte) => byte !== 0) : 0;
    if (start < 0) continue;
    pieces.push(chunk.slice(start));
    size += chunk.length - start;
    if (size >= MOST_HEAD_BYTES) break;
  }
  return joinBytes(pieces);
}

/** Without the zeros that a file can begin with; thousands of files are read so. */
function plainHead(
  path: string,
  file: Deno.FsFile,
  buffer: Uint8Array,
): Uint8Array {
  let size = 0;
  try {
    while (size < buffer.length) {
      const count = file.readSync(buffer.subarray(size));
      if (count === null) break;
      const end = size + count;
      const start = size === 0 ? buffer.findIndex((byte) => byte !== 0) : 0;
      if (start < 0 || start >= end) continue;
      buffer.copyWithin(0, start, end);
      size = end - start;
    }
  } catch (error) {
    throw readFailure(path, error);
  }
  return buffer.subarray(0, size);
}

function timeInName(path: string): number | undefined {
  const match = TIME_IN_NAME.exec(path);
  if (match === null) return undefined;
  const [, date, hour, minute, second, fraction = "000", zone] = match;
  const time = `${date}T${hour}:${minute}:${second}`;
  const ms = Date.parse(zone === undefined ? time : `${time}.${fraction}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The first time that is a value in some lines. */
function firstTime(head: Uint8Array): number | undefined {
  // It is mostly among the very first bytes.
  return timeIn(head.subarray(0, LIKELY_BYTES)) ?? timeIn(head);
}

function timeIn(head: Uint8Array): number | undefined {
  for (const [, text] of utf8.decode(head).matchAll(QUOTED_TIME)) {
    const time = parseInstant(text);
    if (time !== null) return time;
  }
}
