/**
 * What the lines of Claude Code mean, one after the other: DIALECTS, read as
 * plainly as possible. It takes nothing from `src/`.
 *
 * @module
 */

/** The events of Claude Code that concern a turn. */
export const CLAUDE_NAMES = [
  ...["claude.user_prompt", "claude.message_start", "claude.message_stop"],
  ...["claude.content_block_delta", "claude.stop", "claude.queue_operation"],
  "claude.session_end",
];

type Json = Record<string, unknown>;

interface Piece {
  index: number;
  count: number | null;
  text: string;
}

/** What an event says besides whose it is. */
export type Said =
  | { kind: "prompt" | "answer"; text: string }
  | { kind: "end"; outcome: "completed"; reason: string | null }
  | { kind: "session end"; reason: string | null };

/** How a reader of lines gets at the parts of one. */
export interface Parts<Owner> {
  data: Json;
  envelope: Json;
  sid: () => string;
  owner: () => Owner;
  /** The text of that name, which has to be there. */
  text: (name: string) => string;
  /** The text of that name, if it is there. */
  textIfAny: (name: string) => string | undefined;
  /** @throws Where it does not hold. */
  need: (condition: boolean) => void;
}

/** What is remembered from line to line. */
export class ClaudeMemory<Owner extends { sid: string; t: string }> {
  #messages = new Map<string, Piece[]>();
  #queue: { owner: Owner; text: string }[] = [];

  /** An event, whose it is, and what it says; `null` where it is none. */
  read(name: string, parts: Parts<Owner>): (Owner & Said) | null {
    const { data, envelope } = parts;
    const message = () =>
      JSON.stringify([parts.sid(), envelope.flow_id ?? null]);
    if (name === "claude.user_prompt") {
      const text = parts.text("prompt");
      return { ...parts.owner(), kind: "prompt", text };
    }
    if (name === "claude.message_start") {
      if (isOfSubagent(data)) return null;
      const id = message();
      this.#messages.set(id, this.#messages.get(id) ?? []);
      return null;
    }
    if (name === "claude.content_block_delta") {
      const { delta, index } = inside(data, "delta");
      if (!isObject(delta) || delta.type !== "text_delta") return null;
      const pieces = this.#messages.get(message());
      parts.need(typeof delta.text === "string");
      const count = integer(envelope.data_count);
      const isKnown = count !== null &&
        pieces?.some((it) => it.count === count);
      if (isKnown) return null;
      const text = delta.text as string;
      pieces?.push({ index: integer(index) ?? 0, count, text });
      return null;
    }
    if (name === "claude.message_stop") {
      const owner = parts.owner();
      const pieces = this.#messages.get(message()) ?? [];
      this.#messages.delete(message());
      pieces.sort((a, b) => (a.count ?? 0) - (b.count ?? 0));
      pieces.sort((a, b) => a.index - b.index);
      const text = pieces.map((it) => it.text).join("").toWellFormed();
      return text === "" ? null : { ...owner, kind: "answer", text };
    }
    if (name === "claude.stop") {
      if (isOfSubagent(data)) return null;
      const reason = parts.textIfAny("stop_reason") ??
        parts.textIfAny("reason");
      const said = { outcome: "completed", reason: reason ?? null } as const;
      return { ...parts.owner(), kind: "end", ...said };
    }
    if (name === "claude.session_end") {
      const owner = parts.owner();
      for (const id of [...this.#messages.keys()]) {
        if (JSON.parse(id)[0] === owner.sid) this.#messages.delete(id);
      }
      this.#queue = this.#queue.filter((it) => it.owner.sid !== owner.sid);
      const reason = parts.textIfAny("reason") ?? null;
      return { ...owner, kind: "session end", reason };
    }
    return this.#move(parts);
  }

  /** A `claude.queue_operation`. */
  #move(parts: Parts<Owner>): (Owner & Said) | null {
    const owner = parts.owner();
    const operation = parts.textIfAny("operation");
    const content = parts.textIfAny("content");
    const own = this.#queue.filter((it) => it.owner.sid === owner.sid);
    if (operation === "enqueue") {
      const text = parts.text("content");
      const isKnown = own.some((it) =>
        it.owner.t === owner.t && it.text === text
      );
      if (!isKnown) this.#queue.push({ owner, text });
    } else if (operation === "popAll") {
      this.#queue = this.#queue.filter((it) => !own.includes(it));
    } else if (operation === "remove" || operation === "dequeue") {
      const taken = own.find((it) =>
        content === undefined || it.text === content
      );
      this.#queue = this.#queue.filter((it) => it !== taken);
      if (operation === "remove" && taken !== undefined) {
        return { ...taken.owner, kind: "prompt", text: taken.text };
      }
    }
    return null;
  }
}

function isOfSubagent(data: Json): boolean {
  return inside(data, "is_subagent").is_subagent === true;
}

/** The payload, if it has that member, else the data. */
function inside(data: Json, member: string): Json {
  const { payload } = data;
  return isObject(payload) && payload[member] !== undefined ? payload : data;
}

function integer(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) ? value : null;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
