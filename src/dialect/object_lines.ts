/**
 * Lines that are JSON objects, as the session files of agents have them: what
 * all of their dialects do alike with lines that are damaged.
 *
 * @module
 */

import type { EventOwner, TurnEvent } from "../turns/event.ts";
import type { Decoded, Opened } from "./dialect.ts";
import { holdsTooMuch, isObject, type Json, parseJson } from "./json.ts";
import {
  decodeWith,
  IGNORED,
  tooMuch,
  UNOPENED,
  unopened,
} from "./undecodable.ts";

/** What a dialect makes of the objects in its lines. */
export interface ObjectReader {
  /** Whether the text of a line that is not JSON may have been an event of a turn. */
  concerns(text: string): boolean;
  /**
   * The events of a line.
   *
   * @throws {Undecodable} Where it concerns a turn, but cannot be used.
   */
  read(line: Json): TurnEvent[];
  /** What a line's turn is found by; `null` if it does not say that. */
  owner(line: Json): EventOwner | null;
}

/** The object in a line. */
interface Found {
  object: Json;
  /** Where it is in the text of the line, with the white space around it. */
  start: number;
  end: number;
  /** Whether the torn beginning of another precedes it. */
  isTorn: boolean;
}

const NUL = 0;
const CARRIAGE_RETURN = 13;
const BRACE = 123;
const BYTE_ORDER_MARK = 0xfeff;
/** About how many characters are parsed in search of a whole object in a torn line. */
const MOST_SEARCHED = 16 * 1024 * 1024;
const FEWEST_TRIES = 8;
const MOST_TRIES = 10_000;
const encoder = new TextEncoder();

/**
 * Decodes a line with `reader`. A line that is not JSON is rejected if it may
 * have been an event of a turn; a whole object glued to its end counts.
 */
export function decodeLine(
  text: string,
  bytes: Uint8Array,
  reader: ObjectReader,
): Decoded {
  const found = findObject(text);
  if (found === undefined) {
    if (!reader.concerns(text)) return IGNORED;
    const reason = tooMuch(text) ?? "not JSON";
    return { events: [], rejection: { reason, bytes } };
  }
  if (found === null) return IGNORED;
  const decoded = decodeWith(() => reader.read(found.object), bytes);
  if (decoded.rejection !== null) return decoded;
  const { events } = decoded;
  const { start, isTorn } = found;
  const hasEvents = events.length > 0;
  const lost = hasEvents ? text.slice(0, start) : text;
  if (!isTorn || !reader.concerns(lost)) return decoded;
  if (!hasEvents) return { events, rejection: { reason: "not JSON", bytes } };
  const reason = "torn line, what precedes its last object is lost";
  const torn = bytes.subarray(0, bytesBefore(text, start, bytes));
  return { events, rejection: { reason, bytes: torn } };
}

/** Opens a line of any event, for `--emit events`. */
export function openLine(
  text: string,
  bytes: Uint8Array,
  reader: ObjectReader,
): Opened {
  const found = findObject(text);
  if (found === undefined) return unopened(text, bytes);
  if (found === null) return UNOPENED;
  const { object, start, end } = found;
  // What is not UTF-8 would not be JSON to those who read it next.
  const isAll = start === 0 && end === text.length && !text.includes("\uFFFD");
  const valid = isAll ? bytes : encoder.encode(text.slice(start, end) + "\n");
  const owner = reader.owner(object);
  return { envelope: { bytes: valid, owner }, rejection: null };
}

/**
 * The object in a line, or the longest whole one at its end; `null` where the
 * line is other JSON, `undefined` where it is not JSON.
 */
function findObject(text: string): Found | null | undefined {
  let start = 0;
  let end = text.length;
  while (start < end && isPadding(text.charCodeAt(start))) start++;
  while (end > start && isPadding(text.charCodeAt(end - 1))) end--;
  const whole = text.slice(start, end);
  const value = parseJson(whole);
  if (isObject(value)) return { object: value, start, end, isTorn: false };
  if (value !== undefined) return null;
  if (!whole.endsWith("}") || holdsTooMuch(whole)) return undefined;
  const affordable = Math.ceil(MOST_SEARCHED / whole.length);
  const tries = Math.max(FEWEST_TRIES, Math.min(MOST_TRIES, affordable));
  let at = 0;
  for (let i = 0; i < tries; i++) {
    at = whole.indexOf('{"', at + 1);
    if (at < 0) return undefined;
    const object = parseJson(whole.slice(at));
    if (isObject(object)) {
      return { object, start: start + at, end, isTorn: true };
    }
  }
  return undefined;
}

/** Whether a character is no part of a line, at either end of it. */
function isPadding(code: number): boolean {
  return code === NUL || code === CARRIAGE_RETURN || code === BYTE_ORDER_MARK;
}

/**
 * How many bytes precede the opening brace at `at`. What is not UTF-8 never
 * reads as a brace, so that bytes and text have the same braces.
 */
function bytesBefore(text: string, at: number, bytes: Uint8Array): number {
  let offset = -1;
  for (let i = text.indexOf("{"); i >= 0 && i <= at;) {
    offset = bytes.indexOf(BRACE, offset + 1);
    i = text.indexOf("{", i + 1);
  }
  return offset;
}
