/**
 * What an envelope of `sse_lines.jsonl` holds (WIRE_FORMAT): whose event it is,
 * and the message in it.
 *
 * @module
 */

import type {
  Answer,
  End,
  EventOwner,
  Prompt,
  SessionEnd,
  TurnEvent,
} from "../../turns/event.ts";
import { parseInstant } from "../../turns/instant.ts";
import { isObject, type Json, parseJson } from "../json.ts";
import { type EventName, isTurnEvent } from "./names.ts";

/** What the data of an event say; the envelope has the rest. */
type Content =
  | Pick<Prompt, "kind" | "text">
  | Pick<Answer, "kind" | "text">
  | Pick<End, "kind" | "outcome" | "reason">
  | Pick<SessionEnd, "kind" | "reason">;

/** Reads an event's data; `null` if it does not concern a turn. */
const READERS: Record<EventName, (data: Json) => Content | null> = {
  "turn.user_message": readPrompt,
  "response.output_item.done": readAnswer,
  "turn.response.completed": (data) => ({
    ...{ kind: "end", outcome: "completed" },
    reason: readText(data, "stop_reason") ?? readText(data, "reason"),
  }),
  "turn.response.aborted": (data) => ({
    ...{ kind: "end", outcome: "aborted" },
    reason: readText(data, "reason"),
  }),
  "turn.shutdown_complete": (data) => ({
    kind: "session end",
    reason: readText(data, "reason"),
  }),
};

/** The agent that writes such a log. */
const AGENT = "codex";
/** What a server-sent event's line begins with. */
const DATA = "data:";

/** Why an event that concerns a turn cannot be used. */
export class Undecodable extends Error {}

/**
 * The event that an envelope holds; `null` if it does not concern a turn.
 *
 * @throws {Undecodable} Where it concerns a turn, but cannot be used.
 */
export function decodeEnvelope(envelope: Json): TurnEvent | null {
  const name = eventName(envelope);
  if (!isTurnEvent(name)) return null;
  const data = readData(envelope.line);
  if (data === undefined) {
    throw new Undecodable("its line holds no JSON object");
  }
  const content = READERS[name](data);
  if (content === null) return null;
  const { sid, pid, at, turnId, cwd } = readOwner(envelope);
  const t = envelope.t as string;
  // SPEC sections 2 and 3b.
  const own = "text" in content ? [content.text] : [name, turnId ?? ""];
  const key = [sid, pid, t, ...own].join("|");
  const event = { sid, pid, at, turnId, key, t, agent: AGENT, cwd };
  return content.kind === "prompt" || content.kind === "session end"
    ? { ...event, ...content }
    : { ...event, ...content, promptKey: null };
}

/** What an envelope's turn is found by; `null` if it does not say that. */
export function ownerOf(envelope: Json): EventOwner | null {
  try {
    const { cwd: _, ...owner } = readOwner(envelope);
    return owner;
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return null;
  }
}

/** @throws {Undecodable} Where the envelope does not say whose event it is. */
function readOwner(
  { sid, t, metadata, pid }: Json,
): EventOwner & { cwd: string | null } {
  if (typeof sid !== "string" || sid === "") {
    throw new Undecodable("it has no sid");
  }
  const at = typeof t === "string" ? parseInstant(t) : null;
  if (at === null) throw new Undecodable("its t is not a timestamp");
  const { pid: inner, turn_id, cwd } = readMetadata(metadata);
  return {
    sid: sid.toWellFormed(),
    pid: readPid(inner ?? pid),
    at,
    turnId: readTurnId(turn_id),
    cwd: typeof cwd === "string" ? cwd.toWellFormed() : null,
  };
}

/** The event's own name; in old records only the data has it. */
function eventName(envelope: Json): unknown {
  return envelope.event ?? readData(envelope.line)?.type;
}

/** The data of the server-sent event: a `data:` line, bare JSON, or parsed already. */
function readData(line: unknown): Json | undefined {
  const data = typeof line === "string"
    ? parseJson(line.startsWith(DATA) ? line.slice(DATA.length) : line)
    : line;
  return isObject(data) ? data : undefined;
}

function readPrompt(data: Json): Content {
  const text = readText(data, "message");
  if (text === null) throw new Undecodable("it has no message text");
  return { kind: "prompt", text };
}

function readAnswer(data: Json): Content | null {
  const item = data.item ?? (isObject(data.payload) ? data.payload.item : null);
  if (!isObject(item)) throw new Undecodable("it has no item");
  if (item.type !== "message") return null;
  if ((item.role ?? "assistant") !== "assistant") return null;
  const parts = Array.isArray(item.content) ? item.content : [];
  const text = parts.map(partText).join("").toWellFormed();
  return { kind: "answer", text };
}

/** A text in the payload, or beside it as in old records. */
function readText(data: Json, name: string): string | null {
  const inPayload = isObject(data.payload) ? data.payload[name] : undefined;
  const text = typeof inPayload === "string" ? inPayload : data[name];
  return typeof text === "string" ? text.toWellFormed() : null;
}

/** The text of one part of an answer's content; empty if it has none. */
function partText(part: unknown): string {
  if (!isObject(part)) return "";
  const { type, text, refusal } = part;
  if ((type ?? "output_text") === "output_text" && typeof text === "string") {
    return text;
  }
  if ((type ?? "refusal") === "refusal" && typeof refusal === "string") {
    return refusal;
  }
  return "";
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
