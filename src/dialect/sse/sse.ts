/**
 * The dialect of `sse_lines.jsonl` (SPEC section 1, WIRE_FORMAT): one JSON
 * envelope a line, with the server-sent event as text inside it.
 *
 * @module
 */

import { latin1 } from "../ascii.ts";
import type { Decoded, Decoder, Dialect, Opened } from "../dialect.ts";
import { isObject, type Json, parseJson } from "../json.ts";
import {
  decodeWith,
  IGNORED,
  rejected,
  tooMuch,
  Undecodable,
  UNOPENED,
  unopened,
} from "../undecodable.ts";
import type { TurnEvent } from "../../turns/event.ts";
import { ClaudeLog } from "./claude.ts";
import { readCodex } from "./codex.ts";
import { eventName, ownerOf, readData } from "./envelope.ts";
import {
  DELTA,
  ENVELOPE,
  isOfClaude,
  isTurnEvent,
  leadingName,
  mayHoldText,
  TURN_EVENTS,
} from "./names.ts";
import { prefilter } from "./prefilter.ts";

const encoder = new TextEncoder();
const BYTE_ORDER_MARK = "\uFEFF";
const CARRIAGE_RETURN = 13;

/** Of each group an envelope has a key; old ones have the event's name in the line. */
const ENVELOPE_KEYS = [["event", "line"], ["sid", "metadata", "flow_id"]];

/** The dialect of `sse_lines.jsonl`. */
export const sse: Dialect = {
  name: "sse",
  title: "sse_lines.jsonl of Codex and Claude Code",
  places: ["sse_lines.jsonl"],
  recognises: (head) =>
    latin1.decode(head.subarray(0, ENVELOPE.length)) === ENVELOPE,
  knows(text) {
    if (text.startsWith(ENVELOPE)) return true;
    // A line is decoded, or rejected, because of such a name.
    if (TURN_EVENTS.some((name) => text.includes(name))) return true;
    const value = parseJson(text);
    return isObject(value) &&
      ENVELOPE_KEYS.every((either) => either.some((key) => key in value));
  },
  prefilter,
  decoder: (saved) => new SseDecoder(saved),
};

/** Decodes the lines of one file. Those of Codex stand alone. */
class SseDecoder implements Decoder {
  #claude: ClaudeLog;

  constructor(saved: string | null) {
    this.#claude = new ClaudeLog(saved);
  }

  open(text: string, bytes: Uint8Array): Opened {
    return open(text, bytes);
  }

  save(): string | null {
    return this.#claude.save();
  }

  decode(text: string, bytes: Uint8Array): Decoded {
    if (isOfOther(text)) return IGNORED;
    if (leadingName(text) === DELTA && !mayHoldText(text)) return IGNORED;
    const envelope = parseJson(
      text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text,
    );
    if (envelope === undefined) return this.#decodeBroken(text, bytes);
    if (!isObject(envelope)) return IGNORED;
    return decodeWith(() => this.#read(envelope), bytes);
  }

  /** @throws {Undecodable} Where it concerns a turn, but cannot be used. */
  #read(envelope: Json): TurnEvent[] {
    const name = eventName(envelope);
    if (!isTurnEvent(name)) return [];
    const data = readData(envelope.line);
    if (data === undefined) {
      throw new Undecodable("its line holds no JSON object");
    }
    const event = isOfClaude(name)
      ? this.#claude.read(name, data, envelope)
      : readCodex(name, data, envelope);
    return event === null ? [] : [event];
  }

  /** Decodes a line that is not JSON: its last envelope may be whole. */
  #decodeBroken(text: string, bytes: Uint8Array): Decoded {
    if (!TURN_EVENTS.some((name) => text.includes(name))) return IGNORED;
    const tail = this.#decodeTail(text, bytes);
    if (tail?.rejection === null) {
      const reason = "torn line, what precedes its last envelope is lost";
      const head = bytes.subarray(0, lastEnvelope(bytes));
      return { events: tail.events, rejection: { reason, bytes: head } };
    }
    return rejected(tooMuch(text) ?? "not JSON", bytes);
  }

  /** What the last envelope of a torn line holds; `null` if it is not JSON either. */
  #decodeTail(text: string, bytes: Uint8Array): Decoded | null {
    const start = text.lastIndexOf(ENVELOPE);
    if (start <= 0) return null;
    const tail = text.slice(start);
    const decoded = this.decode(tail, bytes);
    const isIgnored = decoded.events.length === 0 && decoded.rejection === null;
    const isWhole = !isIgnored || leadingName(tail) !== undefined ||
      parseJson(tail) !== undefined;
    return isWhole ? decoded : null;
  }
}

/** Whether a line belongs to an event that concerns no turn, by its first bytes. */
function isOfOther(text: string): boolean {
  const name = leadingName(text);
  return name !== undefined && !isTurnEvent(name);
}

/** Where the last envelope of a torn line begins, in bytes. */
function lastEnvelope(bytes: Uint8Array): number {
  // What is not UTF-8 never reads as ASCII, so that bytes and text agree.
  return latin1.decode(bytes).lastIndexOf(ENVELOPE);
}

function open(text: string, bytes: Uint8Array): Opened {
  const hasMark = text.startsWith(BYTE_ORDER_MARK);
  const whole = hasMark ? text.slice(1) : text;
  const envelope = parseJson(whole);
  if (envelope === undefined) {
    const start = text.lastIndexOf(ENVELOPE);
    return start > 0 && !isOfOther(text) && tooMuch(text) === null
      ? open(text.slice(start), bytes.subarray(lastEnvelope(bytes)))
      : unopened(text, bytes);
  }
  if (!isObject(envelope)) return UNOPENED;
  // What is not UTF-8 would not be JSON to those who read it next.
  const isRewritten = hasMark || text.includes("\uFFFD");
  const valid = isRewritten ? encoder.encode(whole + endOf(bytes)) : bytes;
  const owner = ownerOf(envelope);
  return { envelope: { bytes: valid, owner }, rejection: null };
}

/** The end of a line, which its text lacks. */
function endOf(bytes: Uint8Array): string {
  return bytes.at(-2) === CARRIAGE_RETURN ? "\r\n" : "\n";
}
