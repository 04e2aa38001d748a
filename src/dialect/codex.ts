/**
 * The log of Codex, `sse_lines.jsonl` (SPEC section 1, WIRE_FORMAT): one JSON
 * envelope a line, with the server-sent event as text inside it.
 *
 * @module
 */

import type { Decoded, Envelope, EventOwner, TurnEvent } from "../event.ts";
import { parseInstant } from "../instant.ts";
import type { Dialect } from "./dialect.ts";
import {
  holdsTooMuch,
  isObject,
  type Json,
  MOST_VALUES,
  parseJson,
} from "./json.ts";

const HEAD = '{"event":"';
/** What the last envelope of a torn line begins with. */
const ENVELOPE = '{"event":';
const BYTE_ORDER_MARK = "\uFEFF";
const LEADING_NAME = /^\{"event":"([A-Za-z0-9._-]+)"/;

/** Reads the message out of an event's data; `null` where it concerns no turn. */
type ReadMessage = (data: Json) => Pick<TurnEvent, "kind" | "text"> | null;

const MESSAGE_READERS: Record<string, ReadMessage> = {
  "turn.user_message": readPrompt,
  "response.output_item.done": readAnswer,
};
const NAMES = Object.keys(MESSAGE_READERS);

const IGNORED: Decoded = { event: null, rejection: null };

/** Why a line that is one of the two events cannot be used. */
class Undecodable extends Error {}

/** The dialect of `sse_lines.jsonl`. */
export const codex: Dialect = {
  shape: { head: HEAD, names: NAMES },
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
  if (!NAMES.some((name) => line.includes(name))) return IGNORED;
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
    ? encoder.encode(`${whole}\n`)
    : line;
  return { bytes, owner: readOwner(envelope) };
}

/** By what an envelope finds its turn; `null` where it does not say that. */
function readOwner({ sid, t, metadata, pid }: Json): EventOwner | null {
  const at = typeof t === "string" ? parseInstant(t) : null;
  if (typeof sid !== "string" || sid === "" || at === null) return null;
  try {
    const { pid: inner, turn_id } = readMetadata(metadata);
    return {
      sid: sid.toWellFormed(),
      pid: readPid(inner ?? pid),
      at,
      turnId: readTurnId(turn_id),
    };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return null;
  }
}

function rejected(reason: string): Decoded {
  return { event: null, rejection: { reason, torn: false } };
}

/** @throws {Undecodable} Where the envelope is one of the two events, but unusable. */
function decodeEnvelope(envelope: Json): TurnEvent | null {
  const name = eventName(envelope);
  if (!isTurnEvent(name)) return null;
  const data = readData(envelope.line);
  if (data === undefined) {
    throw new Undecodable("its line holds no JSON object");
  }
  const message = MESSAGE_READERS[name](data);
  if (message === null) return null;

  const { sid, t } = envelope;
  if (typeof sid !== "string" || sid === "") {
    throw new Undecodable("it has no sid");
  }
  const at = typeof t === "string" ? parseInstant(t) : null;
  if (at === null) throw new Undecodable("its t is not a timestamp");
  const metadata = readMetadata(envelope.metadata);
  return {
    ...message,
    sid: sid.toWellFormed(),
    pid: readPid(metadata.pid ?? envelope.pid),
    t: t as string,
    at,
    text: message.text.toWellFormed(),
    turnId: readTurnId(metadata.turn_id),
  };
}

/** The event's own name; in old records only the data has it. */
function eventName(envelope: Json): unknown {
  return envelope.event ?? readData(envelope.line)?.type;
}

function isTurnEvent(name: unknown): name is string {
  return typeof name === "string" && Object.hasOwn(MESSAGE_READERS, name);
}

/** The data of the server-sent event: a `data:` line, bare JSON, or parsed already. */
function readData(line: unknown): Json | undefined {
  const data = typeof line === "string"
    ? parseJson(line.replace(/^data:/, ""))
    : line;
  return isObject(data) ? data : undefined;
}

function readPrompt(data: Json): ReturnType<ReadMessage> {
  const text =
    isObject(data.payload) && typeof data.payload.message === "string"
      ? data.payload.message
      : data.message;
  if (typeof text !== "string") throw new Undecodable("it has no message text");
  return { kind: "prompt", text };
}

function readAnswer(data: Json): ReturnType<ReadMessage> {
  const item = data.item ?? (isObject(data.payload) ? data.payload.item : null);
  if (!isObject(item)) throw new Undecodable("it has no item");
  if (item.type !== "message") return null;
  if ((item.role ?? "assistant") !== "assistant") return null;
  const parts = Array.isArray(item.content)
    ? item.content.map(partText).filter((text) => text !== undefined)
    : [];
  if (parts.length === 0) throw new Undecodable("it has no message text");
  return { kind: "answer", text: parts.join("") };
}

/** The text of one part of an answer's content. */
function partText(part: unknown): string | undefined {
  if (!isObject(part)) return undefined;
  const { type, text, refusal } = part;
  if ((type ?? "output_text") === "output_text" && typeof text === "string") {
    return text;
  }
  if ((type ?? "refusal") === "refusal" && typeof refusal === "string") {
    return refusal;
  }
  return undefined;
}

function readMetadata(value: unknown): Json {
  if (value === undefined || value === null) return {};
  const metadata = typeof value === "string" ? parseJson(value) : value;
  if (!isObject(metadata)) {
    throw new Undecodable("its metadata is not a JSON object");
  }
  return metadata;
}

function readPid(value: unknown): number {
  const pid = typeof value === "string" && /^\d+$/.test(value) ? +value : value;
  if (!Number.isSafeInteger(pid) || (pid as number) < 0) {
    throw new Undecodable("its pid is not an integer from 0 to 2^53-1");
  }
  // JSON has a negative zero.
  return (pid as number) + 0;
}

function readTurnId(value: unknown): string | null {
  if (Number.isInteger(value)) return String(value);
  return typeof value === "string" && value !== "" && value !== "unknown"
    ? value.toWellFormed()
    : null;
}
