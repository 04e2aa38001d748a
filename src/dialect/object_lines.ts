/**
 * Lines that are JSON objects, as the session files of agents have them: what
 * all of their dialects do alike with lines that are damaged.
 *
 * @module
 */

import type { EventOwner, TurnEvent } from "../turns/event.ts";
import type { Decoded, Decoder, Opened, Prefilter } from "./dialect.ts";
import { holdsTooMuch, isObject, type Json, parseJson } from "./json.ts";
import {
  decodeWith,
  IGNORED,
  rejected,
  tooMuch,
  UNOPENED,
  unopened,
} from "./undecodable.ts";

/** The prefilter of a dialect whose lines are objects. */
export interface ObjectPrefilter extends Prefilter {
  /**
   * Whether a line does not concern a turn, whatever is in the middle of it. The
   * decoder asks too, so that a filtered log gives what an unfiltered one does.
   */
  isOther(text: string, bytes: Uint8Array): boolean;
  /** Whether the text of a line that is not JSON may have been an event of a turn. */
  concerns(text: string): boolean;
}

/** What a dialect makes of the objects in its lines. */
export interface ObjectReader {
  /** Why a line cannot be read, known by its text alone; `null` if it may be. */
  refuse?(text: string): string | null;
  /**
   * The events of a line.
   *
   * @throws {Undecodable} Where it concerns a turn, but cannot be used.
   */
  read(line: Json): TurnEvent[];
  /** What a line's turn is found by; `null` if it does not say that. */
  owner(line: Json): EventOwner | null;
  /** {@linkcode Decoder.save} */
  save(): string | null;
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
 * Decodes the lines of one file. A line that is not JSON is rejected if it may
 * have been an event of a turn; a whole object glued to its end counts.
 */
export class ObjectDecoder implements Decoder {
  #prefilter: ObjectPrefilter;
  #reader: ObjectReader;

  constructor(prefilter: ObjectPrefilter, reader: ObjectReader) {
    this.#prefilter = prefilter;
    this.#reader = reader;
  }

  decode(text: string, bytes: Uint8Array): Decoded {
    const [prefilter, reader] = [this.#prefilter, this.#reader];
    if (prefilter.isOther(text, bytes)) return IGNORED;
    const refused = reader.refuse?.(text) ?? null;
    if (refused !== null) return rejected(refused, bytes);
    const found = findObject(text);
    if (found === undefined && prefilter.concerns(text)) {
      return rejected(tooMuch(text) ?? "not JSON", bytes);
    }
    if (found === undefined || found === null) return IGNORED;
    const decoded = decodeWith(() => reader.read(found.object), bytes);
    if (decoded.rejection !== null) return decoded;
    const { events } = decoded;
    const { start, isTorn } = found;
    const hasEvents = events.length > 0;
    const lost = hasEvents ? text.slice(0, start) : text;
    if (!isTorn || !prefilter.concerns(lost)) return decoded;
    if (!hasEvents) return rejected("not JSON", bytes);
    const reason = "torn line, what precedes its last object is lost";
    const torn = bytes.subarray(0, bytesBefore(text, start, bytes));
    return { events, rejection: { reason, bytes: torn } };
  }

  open(text: string, bytes: Uint8Array): Opened {
    const found = findObject(text);
    if (found === undefined) return unopened(text, bytes);
    if (found === null) return UNOPENED;
    const { object, start, end } = found;
    // What is not UTF-8 would not be JSON to those who read it next.
    const isAll = start === 0 && end === text.length &&
      !text.includes("\uFFFD");
    const valid = isAll ? bytes : encoder.encode(text.slice(start, end) + "\n");
    const owner = this.#reader.owner(object);
    return { envelope: { bytes: valid, owner }, rejection: null };
  }

  save(): string | null {
    return this.#reader.save();
  }
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
