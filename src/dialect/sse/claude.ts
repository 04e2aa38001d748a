/**
 * The events of Claude Code (DIALECTS): an answer comes in pieces, and a prompt
 * that was typed while a turn runs may come from the queue.
 *
 * @module
 */

import type { TurnEvent } from "../../turns/event.ts";
import { isObject, type Json } from "../json.ts";
import { Undecodable } from "../undecodable.ts";
import { Flows, type SavedFlow } from "./claude_flows.ts";
import { Queue, type Queued } from "./claude_queue.ts";
import {
  type About,
  expectText,
  findText,
  readAbout,
  readSid,
} from "./envelope.ts";
import type { ClaudeEvent } from "./names.ts";

const AGENT = "claude";
/** The deltas that hold text for a person. */
const TEXT_DELTA = "text_delta";

/** Reads the events of one file, in order. */
export class ClaudeLog {
  #flows: Flows;
  #queue: Queue;

  /** @param saved What {@linkcode ClaudeLog.save} returned before a restart. */
  constructor(saved: string | null) {
    const { flows = [], queue = [] }: Saved = JSON.parse(saved ?? "{}");
    this.#flows = new Flows(flows);
    this.#queue = new Queue(queue);
  }

  /** The messages that have begun, and the prompts that wait; `null` if none. */
  save(): string | null {
    if (this.#flows.isEmpty && this.#queue.isEmpty) return null;
    const { saved: flows } = this.#flows;
    return JSON.stringify({ flows, queue: this.#queue.saved });
  }

  /**
   * The event of an envelope; `null` if it does not concern a turn.
   *
   * @throws {Undecodable} Where it concerns a turn, but cannot be used; nothing
   * is remembered of it then.
   */
  read(name: ClaudeEvent, data: Json, envelope: Json): TurnEvent | null {
    switch (name) {
      case "claude.user_prompt":
        return prompt(readAbout(envelope), expectText(data, "prompt"));
      case "claude.message_start":
        if (!isOfSubagent(data)) this.#flows.begin(flowOf(envelope));
        return null;
      case "claude.content_block_delta":
        this.#addPiece(data, envelope);
        return null;
      case "claude.message_stop":
        return this.#answer(envelope);
      case "claude.stop":
        return isOfSubagent(data) ? null : {
          ...{ kind: "end", outcome: "completed", promptKey: null },
          reason: findText(data, "stop_reason") ?? findText(data, "reason"),
          ...ended(name, readAbout(envelope)),
        };
      case "claude.queue_operation":
        return this.#moveQueue(data, envelope);
      case "claude.session_end": {
        const about = readAbout(envelope);
        this.#flows.drop(about.sid);
        this.#queue.clear(about.sid);
        const reason = findText(data, "reason");
        return { kind: "session end", reason, ...ended(name, about) };
      }
    }
  }

  #addPiece(data: Json, envelope: Json): void {
    const { delta, index } = contentOf(data, "delta");
    if (!isObject(delta) || delta.type !== TEXT_DELTA) return;
    const flow = flowOf(envelope);
    if (typeof delta.text !== "string") {
      throw new Undecodable("its delta has no text");
    }
    const { data_count: count } = envelope;
    this.#flows.add(flow, {
      index: Number.isInteger(index) ? index as number : 0,
      count: Number.isInteger(count) ? count as number : null,
      text: delta.text,
    });
  }

  #answer(envelope: Json): TurnEvent | null {
    const about = readAbout(envelope);
    const text = this.#flows.end(flowOf(envelope));
    return text === "" ? null : {
      ...{ kind: "answer", text, promptKey: null },
      ...identified(about, text),
    };
  }

  #moveQueue(data: Json, envelope: Json): TurnEvent | null {
    const about = readAbout(envelope);
    const text = findText(data, "content");
    switch (findText(data, "operation")) {
      case "enqueue":
        this.#queue.add({ about, text: expectText(data, "content") });
        return null;
      case "dequeue":
        // An event of its own follows.
        this.#queue.take(about.sid, text);
        return null;
      case "remove": {
        // The running turn took it, as of the time when it was typed.
        const taken = this.#queue.take(about.sid, text);
        return taken === undefined ? null : prompt(taken.about, taken.text);
      }
      case "popAll":
        this.#queue.clear(about.sid);
        return null;
      default:
        return null;
    }
  }
}

interface Saved {
  flows?: SavedFlow[];
  queue?: Queued[];
}

function prompt(about: About, text: string): TurnEvent {
  return { kind: "prompt", text, ...identified(about, text) };
}

/** The fields of a prompt or an answer (SPEC section 2). */
function identified(about: About, text: string) {
  const key = [about.sid, about.pid, about.t, text].join("|");
  return { ...about, key, agent: AGENT };
}

/** The fields of an end (SPEC section 3b). */
function ended(name: ClaudeEvent, about: About) {
  const { sid, pid, t, turnId } = about;
  return {
    ...{ ...about, agent: AGENT },
    key: [sid, pid, t, name, turnId ?? ""].join("|"),
  };
}

/** What names a message, in all of the log. */
function flowOf({ sid, flow_id }: Json): string {
  return JSON.stringify([readSid(sid), flow_id ?? null]);
}

/** The payload, or the data itself where that has the member. */
function contentOf(data: Json, member: string): Json {
  const { payload } = data;
  return isObject(payload) && payload[member] !== undefined ? payload : data;
}

/** What an agent and its sub-agent write to each other is not for a person. */
function isOfSubagent(data: Json): boolean {
  return contentOf(data, "is_subagent").is_subagent === true;
}
