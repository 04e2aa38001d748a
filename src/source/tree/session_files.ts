/**
 * The session files below directories, in the order in which they are read (SPEC
 * section 10).
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { type Dialect, MOST_HEAD_BYTES } from "../../dialect/dialect.ts";
import { recogniserOf } from "../../dialect/dialects.ts";
import { parseInstant } from "../../turns/instant.ts";
import { decompressed, firstBytes } from "../compressed/decompress.ts";
import { COMPRESSED_NAME, formatOf } from "../compressed/detect.ts";
import { readFile } from "../source.ts";
import {
  filesBelow,
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

/** The session files below directories. */
export interface SessionFiles {
  /** The oldest first, so that a session is read before its forks. */
  files: SessionFile[];
  /** How many there are below each directory. */
  counts: Map<string, number>;
}

/** A time in the name of a file: local, unless it ends in `Z`. */
const TIME_IN_NAME =
  /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)(?:(?:-(\d{3}))?(Z))?[^/]*$/;
/** A JSON string that may be a time; one inside of a text has its quotes escaped. */
const QUOTED_TIME = /"(\d{4}-\d\d-\d\d[T ][\d:.Z+-]{8,24})"/g;

const utf8 = new TextDecoder();

/**
 * Finds the session files below directories: those that a dialect recognises by
 * their first bytes or their names.
 *
 * @param skipped Called for each file or directory that cannot be read.
 * @param dialects Those that may recognise a file.
 * @throws {Failure} If the library that decompresses a file is missing.
 * @throws {UsageError} If one of the directories themselves cannot be read.
 */
export async function findSessionFiles(
  directories: readonly string[],
  skipped: Skipped,
  dialects?: readonly Dialect[],
): Promise<SessionFiles> {
  // A file that is below two of the directories is read once.
  const files = new Map<string, SessionFile>();
  const counts = new Map<string, number>();
  const buffer = new Uint8Array(MOST_HEAD_BYTES);
  for (const directory of directories) {
    const logs = new Set<string>();
    for (
      const found of [...filesBelow(directory, skipped)].sort(byPreference)
    ) {
      const log = found.realPath.replace(COMPRESSED_NAME, "");
      const file = files.get(log) ??
        await recogniseFile(found, buffer, skipped, dialects);
      if (file === undefined) continue;
      logs.add(log);
      files.set(log, file);
    }
    counts.set(directory, logs.size);
  }
  return { files: [...files.values()].sort(byAge), counts };
}

/** A plain file first: of a log that is being compressed, it is the whole one. */
function byPreference(a: FoundFile, b: FoundFile): number {
  return Number(COMPRESSED_NAME.test(a.path)) -
    Number(COMPRESSED_NAME.test(b.path));
}

function byAge(a: SessionFile, b: SessionFile): number {
  return a.beganMs - b.beganMs || a.modifiedMs - b.modifiedMs ||
    (a.path < b.path ? -1 : 1);
}

async function recogniseFile(
  found: FoundFile,
  buffer: Uint8Array,
  skipped: Skipped,
  dialects?: readonly Dialect[],
): Promise<SessionFile | undefined> {
  const { path, modifiedMs } = found;
  using file = unlessUnreadable(path, () => Deno.openSync(path), skipped);
  if (file === undefined) return undefined;
  const head = await headOf(path, file, buffer);
  const dialect = recogniserOf(head, path, dialects);
  if (dialect === undefined) return undefined;
  const beganMs = timeInName(path) ?? firstTime(head) ?? modifiedMs;
  return { ...found, dialect: dialect.name, beganMs };
}

/**
 * The first bytes of a file, decompressed, as many as a dialect is recognised
 * by; none of a file that cannot be decompressed here.
 */
async function headOf(
  path: string,
  file: Deno.FsFile,
  buffer: Uint8Array,
): Promise<Uint8Array> {
  const format = formatOf(firstBytes(file));
  const pieces: Uint8Array[] = [];
  if (format?.command !== undefined) return joinBytes(pieces);
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
  for (const [, text] of utf8.decode(head).matchAll(QUOTED_TIME)) {
    const time = parseInstant(text);
    if (time !== null) return time;
  }
}
