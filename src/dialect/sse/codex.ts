/**
 * The events of Codex (WIRE_FORMAT): prompts, messages and ends. Each line stands
 * alone.
 *
 * @module
 */

import type {
  Answer,
  End,
  Prompt,
  SessionEnd,
  TurnEvent,
} from "../../turns/event.ts";
import { isObject, type Json } from "../json.ts";
import { Undecodable } from "../undecodable.ts";
import { expectText, findText, readAbout } from "./envelope.ts";
import type { CodexEvent } from "./names.ts";

/** What the data of an event say; the envelope has the rest. */
type Content =
  | Pick<Prompt, "kind" | "text">
  | Pick<Answer, "kind" | "text">
  | Pick<End, "kind" | "outcome" | "reason">
  | Pick<SessionEnd, "kind" | "reason">;

/** Reads an event's data; `null` if it does not concern a turn. */
const READERS: Record<CodexEvent, (data: Json) => Content | null> = {
  "turn.user_message": (data) => ({
    kind: "prompt",
    text: expectText(data, "message"),
  }),
  "response.output_item.done": readAnswer,
  "turn.response.completed": (data) => ({
    ...{ kind: "end", outcome: "completed" },
    reason: findText(data, "stop_reason") ?? findText(data, "reason"),
  }),
  "turn.response.aborted": (data) => ({
    ...{ kind: "end", outcome: "aborted" },
    reason: findText(data, "reason"),
  }),
  "turn.shutdown_complete": (data) => ({
    kind: "session end",
    reason: findText(data, "reason"),
  }),
};

const AGENT = "codex";

/**
 * The event of an envelope; `null` if it does not concern a turn.
 *
 * @throws {Undecodable} Where it concerns a turn, but cannot be used.
 */
export function readCodex(
  name: CodexEvent,
  data: Json,
  envelope: Json,
): TurnEvent | null {
  const content = READERS[name](data);
  if (content === null) return null;
  const about = readAbout(envelope);
  // SPEC sections 2 and 3b.
  const own = "text" in content ? [content.text] : [name, about.turnId ?? ""];
  const key = [about.sid, about.pid, about.t, ...own].join("|");
  const event = { ...about, key, agent: AGENT };
  return content.kind === "prompt" || content.kind === "session end"
    ? { ...event, ...content }
    : { ...event, ...content, promptKey: null };
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
