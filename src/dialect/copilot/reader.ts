/**
 * Reads the lines of a session of Copilot CLI: it remembers the session that
 * the first line names, and how far the agent is with the last prompt.
 *
 * @module
 */

import type { End, EventOwner, Outcome, TurnEvent } from "../../turns/event.ts";
import {
  messageText,
  needText,
  readInstant,
  readObject,
  readText,
  readTime,
} from "../fields.ts";
import type { Json } from "../json.ts";
import type { ObjectReader } from "../object_lines.ts";
import { Undecodable } from "../undecodable.ts";
import { type SavedSession, Session } from "./session.ts";

const AGENT = "copilot";
/** The sources of user messages that no person wrote. */
const AUTOMATIC = /^(?:skill-|agent-|system$)/;

/** Reads the lines of one file. */
export class CopilotReader implements ObjectReader {
  #begun: Session | null = null;

  constructor(saved: string | null) {
    if (saved === null) return;
    this.#begun = new Session(JSON.parse(saved) as SavedSession);
  }

  save(): string | null {
    return this.#begun === null ? null : JSON.stringify(this.#begun.saved);
  }

  read(line: Json): TurnEvent[] {
    const data = readObject(line.data);
    // What an agent and its sub-agent write to each other.
    const isOfSubAgent = isGiven(line.agentId) ||
      isGiven(data.parentToolCallId);
    if (isOfSubAgent) return [];
    switch (line.type) {
      case "session.start":
        this.#begun = begin(data);
        return [];
      case "session.resume":
        this.#begun?.moveTo(readText(readObject(data.context).cwd));
        return [];
      case "session.context_changed":
        this.#begun?.moveTo(readText(data.cwd));
        return [];
      case "user.message":
        return this.#readPrompt(line, data);
      case "assistant.message":
        return this.#readMessage(line, data);
      case "session.task_complete":
        if (data.success !== false) this.#begun?.finishTask();
        return [];
      case "assistant.turn_end":
        return this.#session.endCall()
          ? this.#end(line, "completed", null)
          : [];
      case "abort":
        return this.#end(line, "aborted", readText(data.reason));
      case "session.error":
        return this.#begun?.saved.isSilent
          ? this.#end(line, "failed", readText(data.message))
          : [];
      case "session.shutdown":
        return this.#readShutdown(line, data);
      default:
        return [];
    }
  }

  owner({ timestamp }: Json): EventOwner | null {
    const at = readInstant(timestamp);
    if (this.#begun === null || at === null) return null;
    const { sid, prompt } = this.#begun.saved;
    return { sid, pid: 0, at, turnId: prompt?.turnId ?? null };
  }

  /** @throws {Undecodable} Where no line before named a session. */
  get #session(): Session {
    if (this.#begun !== null) return this.#begun;
    throw new Undecodable("no session.start precedes it");
  }

  #readPrompt(line: Json, data: Json): TurnEvent[] {
    const { source, content, interactionId, delivery } = data;
    const isAutomatic = data.isAutopilotContinuation === true ||
      typeof source === "string" && AUTOMATIC.test(source);
    if (isAutomatic) return [];
    const text = messageText(content);
    const fields = this.#fields(line);
    const turnId = readText(interactionId);
    this.#session.begin(fields.key, turnId, delivery === "steering");
    return [{ ...fields, turnId, text, kind: "prompt" }];
  }

  #readMessage(line: Json, data: Json): TurnEvent[] {
    const fields = this.#fields(line);
    const { toolRequests, messageId, content } = data;
    const hasTools = Array.isArray(toolRequests) && toolRequests.length > 0;
    const piece = readText(content) ?? "";
    const id = readText(messageId);
    const text = this.#session.add(id, fields.key, piece, hasTools);
    if (piece === "") return [];
    return [{ ...fields, ...this.#owner(data), text, kind: "answer" }];
  }

  /** The end of the turn, unless it has ended already. */
  #end(line: Json, outcome: Outcome, reason: string | null): End[] {
    const fields = this.#fields(line);
    if (!this.#session.end()) return [];
    const kind = "end";
    return [{ ...fields, ...this.#owner({}), kind, outcome, reason }];
  }

  #readShutdown(line: Json, data: Json): TurnEvent[] {
    const fields = this.#fields(line);
    this.#session.end();
    const { turnId } = this.#owner({});
    const reason = readText(data.shutdownType);
    return [{ ...fields, turnId, reason, kind: "session end" }];
  }

  /** What an answer or end belongs to: the last prompt. */
  #owner({ interactionId }: Json) {
    const { prompt } = this.#session.saved;
    return {
      promptKey: prompt?.key ?? null,
      turnId: prompt === null ? readText(interactionId) : prompt.turnId,
    };
  }

  /** What the events of a line share, but their turn. */
  #fields(line: Json) {
    const { sid, cwd } = this.#session.saved;
    const key = `${AGENT}|${needText(line.id, "it has no id")}`;
    return { sid, pid: 0, ...readTime(line.timestamp), key, agent: AGENT, cwd };
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** @throws {Undecodable} Where the first line names no session. */
function begin({ sessionId, context }: Json): Session {
  const sid = needText(sessionId, "it has no sessionId");
  return Session.begin(sid, readText(readObject(context).cwd));
}
