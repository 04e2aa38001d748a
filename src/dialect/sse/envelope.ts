/**
 * What every envelope of the log holds (WIRE_FORMAT): the name of its event, its
 * data, and whose event it is.
 *
 * @module
 */

import type { EventOwner } from "../../turns/event.ts";
import { needText, readInstant, readText } from "../fields.ts";
import { isObject, type Json, parseJson } from "../json.ts";
import { Undecodable } from "../undecodable.ts";

/** What a server-sent event's line begins with. */
const DATA = "data:";

/** Whose event it is, and when and where. */
export interface About extends EventOwner {
  /** The timestamp, unchanged. */
  t: string;
  cwd: string | null;
}

/** What an envelope's turn is found by; `null` if it does not say that. */
export function ownerOf(envelope: Json): EventOwner | null {
  try {
    const { sid, pid, at, turnId } = readAbout(envelope);
    return { sid, pid, at, turnId };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return null;
  }
}

/** @throws {Undecodable} Where the envelope does not say whose event it is. */
export function readAbout({ sid, t, metadata, pid }: Json): About {
  const at = readInstant(t);
  const own = readSid(sid);
  if (at === null) throw new Undecodable("its t is not a timestamp");
  const { pid: inner, turn_id, cwd } = readMetadata(metadata);
  return {
    sid: own,
    pid: readPid(inner ?? pid),
    at,
    t: t as string,
    turnId: readTurnId(turn_id),
    cwd: typeof cwd === "string" ? cwd.toWellFormed() : null,
  };
}

/** @throws {Undecodable} Where there is none. */
export function readSid(sid: unknown): string {
  return needText(sid, "it has no sid");
}

/** The event's own name; in old records only the data has it. */
export function eventName(envelope: Json): unknown {
  return envelope.event ?? readData(envelope.line)?.type;
}

/** The data of the server-sent event: a `data:` line, bare JSON, or parsed already. */
export function readData(line: unknown): Json | undefined {
  const data = typeof line === "string"
    ? parseJson(line.startsWith(DATA) ? line.slice(DATA.length) : line)
    : line;
  return isObject(data) ? data : undefined;
}

/** A text in the payload, or beside it; `null` if there is none. */
export function findText(data: Json, name: string): string | null {
  const inPayload = isObject(data.payload) ? data.payload[name] : undefined;
  const text = typeof inPayload === "string" ? inPayload : data[name];
  return typeof text === "string" ? text.toWellFormed() : null;
}

/** @throws {Undecodable} Where there is no such text. */
export function expectText(data: Json, name: string): string {
  const text = findText(data, name);
  if (text === null) throw new Undecodable(`it has no ${name} text`);
  return text;
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
  return value === "unknown" ? null : readText(value);
}
