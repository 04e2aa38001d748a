/**
 * What one line of a log means: SPEC section 1 and WIRE_FORMAT, read as plainly
 * as possible. The program is compared with it, so it takes nothing from `src/`.
 *
 * @module
 */

import type { Bytes } from "../bytes.ts";
import { CLAUDE_NAMES, ClaudeMemory } from "./claude.ts";

/** By what an event finds its turn. */
export interface Owner {
  sid: string;
  pid: number;
  t: string;
  turnId: string | null;
}

interface Fields extends Owner {
  cwd: string | null;
  agent: string | null;
}

/** An event that concerns a turn. */
export type LogEvent =
  | Fields & { kind: "prompt"; text: string }
  | Fields & { kind: "answer"; text: string }
  | Fields & {
    kind: "end";
    outcome: "completed" | "aborted" | "failed";
    reason: string | null;
  }
  | Fields & { kind: "session end"; reason: string | null };

/** What a line means. */
export interface Verdict {
  event: LogEvent | null;
  /** The bytes of it that are rejected; `null` where none are. */
  rejected: Bytes | null;
}

/** A line, or the end of a torn one, that is a JSON object (SPEC section 6). */
export interface Opened {
  text: string;
  /** `null` where the object does not say to which session it belongs, or when. */
  owner: Owner | null;
}

type Json = Record<string, unknown>;

const IGNORED: Verdict = { event: null, rejected: null };
const PROMPT = "turn.user_message";
const ANSWER = "response.output_item.done";
/** The events that end a turn, or the session of a process. */
export const COMPLETED = "turn.response.completed";
export const ABORTED = "turn.response.aborted";
export const SHUTDOWN = "turn.shutdown_complete";
const NAMES = [PROMPT, ANSWER, COMPLETED, ABORTED, SHUTDOWN, ...CLAUDE_NAMES];
/** Most of these are of other types than text, and ignored without a look inside. */
const DELTA = "claude.content_block_delta";
const SHORTCUT = /^\{"event":"([A-Za-z0-9._-]+)"/;
const ENVELOPE = '{"event":';

// One character a byte, so that places in the text are places in the bytes.
const latin1 = new TextDecoder("latin1");
// Leaves out one byte order mark in front, puts U+FFFD for what is not UTF-8.
const utf8 = new TextDecoder();

/** The line is no JSON, or a part of it cannot be used. */
class Broken extends Error {}

/** What is remembered from one line of a log to the next. */
export type Memory = ClaudeMemory<Fields>;

/** Nothing remembered yet. */
export function newMemory(): Memory {
  return new ClaudeMemory();
}

/** Judges a line, given without its newline. */
export function judge(
  line: Bytes,
  maxLineBytes: number,
  memory: Memory = newMemory(),
): Verdict {
  const text = latin1.decode(line);
  if (isOfAnotherEvent(text)) return IGNORED;
  const holdsName = NAMES.some((name) => text.includes(name));
  const whole: Verdict = { event: null, rejected: line };
  if (line.length > maxLineBytes) {
    const isCandidate = isDelta(text) ? holdsText(text) : holdsName;
    return isCandidate ? whole : IGNORED;
  }

  const envelope = parse(utf8.decode(line));
  if (envelope !== undefined) {
    const event = unlessBroken(() => read(envelope, memory));
    return event === undefined ? whole : { event, rejected: null };
  }
  if (!holdsName) return IGNORED;
  const last = text.lastIndexOf(ENVELOPE);
  const event = last > 0 ? judgeTail(line.subarray(last), memory) : undefined;
  return event === undefined
    ? whole
    : { event, rejected: line.subarray(0, last) };
}

/** The JSON object in a line, if there is one. */
export function open(line: Bytes): Opened | null {
  const text = utf8.decode(line);
  const value = parse(text);
  if (isObject(value)) {
    return { text, owner: unlessBroken(() => readOwner(value)) ?? null };
  }
  const ascii = latin1.decode(line);
  const last = ascii.lastIndexOf(ENVELOPE);
  return value === undefined && last > 0 && !isOfAnotherEvent(ascii)
    ? open(line.subarray(last))
    : null;
}

/** The end of a torn line by itself; `undefined` where it does not decode. */
function judgeTail(tail: Bytes, memory: Memory): LogEvent | null | undefined {
  if (isOfAnotherEvent(latin1.decode(tail))) return null;
  const envelope = parse(utf8.decode(tail));
  return envelope === undefined
    ? undefined
    : unlessBroken(() => read(envelope, memory));
}

/** The shortcut: the first bytes alone name an event that is none of ours. */
function isOfAnotherEvent(line: string): boolean {
  const name = SHORTCUT.exec(line)?.[1];
  if (isDelta(line)) return !holdsText(line) && !/\\u00[2-7]/.test(line);
  return name !== undefined && !NAMES.includes(name);
}

function isDelta(line: string): boolean {
  return SHORTCUT.exec(line)?.[1] === DELTA;
}

/** Whether a delta may hold text, or the envelope that is glued to it. */
function holdsText(line: string): boolean {
  return ["text_delta", ENVELOPE].some((word) =>
    line.includes(word, ENVELOPE.length)
  );
}

/** `undefined` where something that has to be there cannot be used. */
function unlessBroken<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Broken) return undefined;
    throw error;
  }
}

/** @throws {Broken} Where it is one of our events, but unusable. */
function read(envelope: unknown, memory: Memory): LogEvent | null {
  if (!isObject(envelope)) return null;
  const data = readData(envelope.line);
  const name = envelope.event ?? data?.type;
  if (typeof name !== "string" || !NAMES.includes(name)) return null;
  need(data !== undefined);
  if (CLAUDE_NAMES.includes(name)) {
    return readClaude(name, data, envelope, memory);
  }
  if (name === PROMPT || name === ANSWER) {
    const text = name === PROMPT ? promptText(data) : answerText(data);
    if (text === null) return null;
    const said = {
      text: text.toWellFormed(),
      ...readFields(envelope, "codex"),
    };
    return name === PROMPT
      ? { kind: "prompt", ...said }
      : { kind: "answer", ...said };
  }
  const stop = name === COMPLETED ? textIn(data, "stop_reason") : undefined;
  const reason = (stop ?? textIn(data, "reason"))?.toWellFormed() ?? null;
  const owner = readFields(envelope, "codex");
  if (name === SHUTDOWN) return { kind: "session end", reason, ...owner };
  const outcome = name === COMPLETED ? "completed" : "aborted";
  return { kind: "end", outcome, reason, ...owner };
}

function readClaude(
  name: string,
  data: Json,
  envelope: Json,
  memory: Memory,
): LogEvent | null {
  const textIfAny = (name: string) => textIn(data, name)?.toWellFormed();
  return memory.read(name, {
    ...{ data, envelope, textIfAny, need },
    sid: () => readSid(envelope.sid),
    owner: () => readFields(envelope, "claude"),
    text(name) {
      const text = textIfAny(name);
      need(text !== undefined);
      return text;
    },
  }) as LogEvent | null;
}

/** @throws {Broken} Where it does not say whose event it is. */
function readFields(envelope: Json, agent: string): Fields {
  const { cwd } = readMetadata(envelope.metadata);
  return {
    ...readOwner(envelope),
    cwd: typeof cwd === "string" ? cwd.toWellFormed() : null,
    agent,
  };
}

/** @throws {Broken} Where it has none. */
function readOwner({ sid, t, pid, metadata }: Json): Owner {
  need(typeof t === "string" && instantOf(t) !== null);
  const { pid: inner, turn_id } = readMetadata(metadata);
  return {
    sid: readSid(sid),
    pid: readPid(inner ?? pid),
    t,
    turnId: readTurnId(turn_id),
  };
}

function readSid(sid: unknown): string {
  need(typeof sid === "string" && sid !== "");
  return sid.toWellFormed();
}

function readData(line: unknown): Json | undefined {
  const value = typeof line === "string"
    ? parse(line.startsWith("data:") ? line.slice("data:".length) : line)
    : line;
  return isObject(value) ? value : undefined;
}

function promptText(data: Json): string {
  const text = textIn(data, "message");
  need(text !== undefined);
  return text;
}

/** The first text of that name: in the payload, or beside it. */
function textIn(data: Json, name: string): string | undefined {
  const places = [isObject(data.payload) ? data.payload : {}, data];
  return places.map((place) => place[name])
    .find((value): value is string => typeof value === "string");
}

/** `null` where the item is no message of the assistant. */
function answerText(data: Json): string | null {
  const item = data.item ??
    (isObject(data.payload) ? data.payload.item : undefined);
  need(isObject(item));
  const isAnswer = item.type === "message" &&
    (item.role ?? "assistant") === "assistant";
  if (!isAnswer) return null;
  const parts = Array.isArray(item.content) ? item.content : [];
  return parts.filter(isObject).map(partText).join("");
}

function partText({ type, text, refusal }: Json): string {
  const isText = type === "output_text" || type == null;
  if (isText && typeof text === "string") return text;
  const isRefusal = type === "refusal" || type == null;
  return isRefusal && typeof refusal === "string" ? refusal : "";
}

function readMetadata(value: unknown): Json {
  const metadata = typeof value === "string" ? parse(value) : value ?? {};
  need(isObject(metadata));
  return metadata;
}

function readPid(value: unknown): number {
  const pid = typeof value === "string" && /^[0-9]+$/.test(value)
    ? Number(value)
    : value;
  need(
    typeof pid === "number" && Number.isInteger(pid) && pid >= 0 &&
      pid <= 2 ** 53 - 1,
  );
  return Math.abs(pid);
}

function readTurnId(value: unknown): string | null {
  if (typeof value === "number" && Number.isInteger(value)) return `${value}`;
  return typeof value === "string" && !["", "unknown"].includes(value)
    ? value.toWellFormed()
    : null;
}

/**
 * The instant of a time, in milliseconds since the epoch; `null` where the text
 * is no timestamp.
 */
export function instantOf(t: string): number | null {
  const [, date, time, fraction = "", sign, hours, minutes] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))?$/
      .exec(t) ?? [];
  const wall = new Date(`${date}T${time}Z`);
  // Of times that do not exist, some are invalid, and some are read as others.
  const exists = !Number.isNaN(wall.getTime()) &&
    wall.toISOString().startsWith(`${date}T${time}.`);
  if (!exists) return null;
  const ms = wall.getTime() + Number(fraction.padEnd(3, "0").slice(0, 3));
  if (sign === undefined) return ms;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === "+" ? ms - offset : ms + offset;
}

function need(condition: boolean): asserts condition {
  if (!condition) throw new Broken();
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
