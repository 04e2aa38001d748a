/**
 * Lines of Claude Code in the envelope of `sse_lines.jsonl`, for tests.
 *
 * @module
 */

import type { Random } from "../../tools/gen_log/random.ts";
import { at } from "./envelope.ts";

/** What a test may say of a line; the rest is filled in. */
export interface ClaudeFields {
  sid?: string;
  pid?: number;
  t?: string;
  flow?: string;
  count?: number;
}

/** The line of an event, without its newline. */
export function claudeLine(
  name: string,
  data: Record<string, unknown>,
  { sid = "s1", pid = 7, t = at(0), flow = "unknown", count }: ClaudeFields =
    {},
): string {
  return JSON.stringify({
    event: `claude.${name}`,
    t,
    line: `data: ${JSON.stringify({ type: name, ...data })}`,
    metadata: JSON.stringify({ ver: "claude.2.0.1", pid, cwd: "/w" }),
    flow_id: flow,
    round: "r1",
    data_count: count,
    sid,
  });
}

/** A line with a piece of a message. */
export function piece(text: string, fields: ClaudeFields, index = 0): string {
  const delta = { type: "text_delta", text };
  return claudeLine("content_block_delta", { index, delta }, fields);
}

/**
 * A log as several processes write it at once: prompts, some of them from the
 * queue, messages in pieces, deltas of other types, ends, and lines that are
 * written twice.
 */
export function claudeLines(random: Random, count: number): string[] {
  const lines: string[] = [];
  const flows: { sid: string; pid: number; flow: string }[] = [];
  const queued = new Map<string, string[]>();
  for (let i = 0; lines.length < count; i++) {
    const sid = `s${random.below(3)}`;
    const fields = { sid, pid: random.below(2), t: at(i / 8), count: i };
    const text = `${random.pick(["", "é", "\ud83d", "a\u0000"])}${i}`;
    const waiting = queued.get(sid) ?? [];
    const add = (name: string, data = {}) =>
      lines.push(claudeLine(name, data, fields));
    const dice = random.next();
    if (dice < 0.15) {
      add("user_prompt", { prompt: text, message_uuid: `u${i}` });
    } else if (dice < 0.3) {
      const flow = `msg_${i}`;
      flows.push({ ...fields, flow });
      lines.push(claudeLine("message_start", {}, { ...fields, flow }));
    } else if (dice < 0.65 && flows.length > 0) {
      const flow = random.pick(flows);
      const place = { ...fields, ...flow };
      if (random.chance(0.7)) lines.push(piece(text, place, random.below(2)));
      else {
        const delta = { type: "input_json_delta", partial_json: text };
        lines.push(claudeLine("content_block_delta", { delta }, place));
      }
    } else if (dice < 0.8 && flows.length > 0) {
      const [flow] = flows.splice(random.below(flows.length), 1);
      lines.push(claudeLine("message_stop", {}, { ...fields, ...flow }));
    } else if (dice < 0.87) add("stop", { is_subagent: random.chance(0.3) });
    else if (dice < 0.92) {
      queued.set(sid, [...waiting, text]);
      add("queue_operation", { operation: "enqueue", content: text });
    } else if (dice < 0.97 && waiting.length > 0) {
      const content = waiting.shift();
      const operation = random.pick(["remove", "dequeue", "popAll"]);
      add("queue_operation", { operation, content });
    } else if (dice > 0.98) add("session_end", { reason: "exit" });
    if (lines.length > 0 && random.chance(0.05)) lines.push(lines.at(-1)!);
  }
  return lines.slice(0, count);
}
