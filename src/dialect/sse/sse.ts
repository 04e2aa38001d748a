/**
 * The log of Codex, `sse_lines.jsonl` (SPEC section 1, WIRE_FORMAT): one JSON
 * envelope a line, with the server-sent event as text inside it.
 *
 * @module
 */

import type { Decoded, Envelope } from "../../turns/event.ts";
import {
  decodeEnvelope,
  isTurnEvent,
  ownerOf,
  TURN_EVENTS,
  Undecodable,
} from "./envelope.ts";
import type { Dialect } from "../dialect.ts";
import { holdsTooMuch, isObject, MOST_VALUES, parseJson } from "../json.ts";

const HEAD = '{"event":"';
/** What the last envelope of a torn line begins with. */
const ENVELOPE = '{"event":';
const BYTE_ORDER_MARK = "\uFEFF";
const CARRIAGE_RETURN = 13;
const LEADING_NAME = /^\{"event":"([A-Za-z0-9._-]+)"/;

const IGNORED: Decoded = { event: null, rejection: null };

/** The dialect of `sse_lines.jsonl`. */
export const codex: Dialect = {
  shape: { head: HEAD, names: TURN_EVENTS },
  decode,
  refusal,
  open: openEnvelope,
  rejectedPart: (line, { torn }) =>
    torn ? line.subarray(0, lastEnvelope(line)) : line,
};

// One character a byte.
const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** Where the last envelope of a torn line begins, in bytes. */
function lastEnvelope(line: Uint8Array): number {
  // What is not UTF-8 never reads as ASCII, so that bytes and text agree.
  return latin1.decode(line).lastIndexOf(ENVELOPE);
}

function decode(line: string): Decoded {
  const leading = LEADING_NAME.exec(line)?.[1];
  if (leading !== undefined && !isTurnEvent(leading)) return IGNORED;
  const envelope = parseJson(
    line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line,
  );
  if (envelope === undefined) return decodeBroken(line);
  if (!isObject(envelope)) return IGNORED;
  try {
    return { event: decodeEnvelope(envelope), rejection: null };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return rejected(error.message);
  }
}

/** A line that is not JSON: its last envelope may be whole all the same. */
function decodeBroken(line: string): Decoded {
  if (!TURN_EVENTS.some((name) => line.includes(name))) return IGNORED;
  const start = line.lastIndexOf(ENVELOPE);
  if (start > 0) {
    const tail = decodeTail(line.slice(start));
    if (tail?.rejection === null) {
      const reason = "torn line, what stands before its last envelope is lost";
      return { event: tail.event, rejection: { reason, torn: true } };
    }
  }
  return rejected(refusal(line) ?? "not JSON");
}

function refusal(line: string): string | null {
  return holdsTooMuch(line) ? `it holds more than ${MOST_VALUES} values` : null;
}

/** What the end of a torn line holds; `null` where that is not JSON either. */
function decodeTail(line: string): Decoded | null {
  const decoded = decode(line);
  const isIgnored = decoded.event === null && decoded.rejection === null;
  const isWhole = !isIgnored || LEADING_NAME.test(line) ||
    parseJson(line) !== undefined;
  return isWhole ? decoded : null;
}

function openEnvelope(line: Uint8Array, text: string): Envelope | null {
  const hasMark = text.startsWith(BYTE_ORDER_MARK);
  const whole = hasMark ? text.slice(1) : text;
  const envelope = parseJson(whole);
  if (envelope === undefined) {
    const start = text.lastIndexOf(ENVELOPE);
    return start > 0
      ? openEnvelope(line.subarray(lastEnvelope(line)), text.slice(start))
      : null;
  }
  if (!isObject(envelope)) return null;
  // What is not UTF-8 would be no JSON to those who read it next.
  const bytes = hasMark || text.includes("\uFFFD")
    ? encoder.encode(whole + endOf(line))
    : line;
  return { bytes, owner: ownerOf(envelope) };
}

/** The end of a line, which its text is without. */
function endOf(line: Uint8Array): string {
  return line.at(-2) === CARRIAGE_RETURN ? "\r\n" : "\n";
}

function rejected(reason: string): Decoded {
  return { event: null, rejection: { reason, torn: false } };
}
