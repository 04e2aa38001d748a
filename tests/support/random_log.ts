/**
 * Random logs for properties, each from a seed.
 *
 * @module
 */

import type { TurnEvent } from "../../src/turns/event.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { answer, at, end, prompt, sessionEnd } from "./envelope.ts";

/**
 * Events at random: few sessions, pids, turn ids, times and
 * texts, so that they meet in every way.
 */
export function anyEvents(random: Random, count: number): TurnEvent[] {
  return Array.from({ length: count }, () => {
    const fields = {
      sid: random.pick(["s1", "s2"]),
      pid: random.below(3),
      t: at(random.below(20)) + random.pick(["", "", "Z"]),
      turnId: random.pick([null, "1", "2", "3"]),
      cwd: random.pick([null, "/a", "/b"]),
    };
    const text = random.pick(["a", "b", "c", ""]);
    const dice = random.next();
    if (dice < 0.4) return prompt({ ...fields, text });
    if (dice < 0.75) return answer({ ...fields, text });
    const reason = random.pick([null, "interrupted", ""]);
    if (dice < 0.85) return sessionEnd({ ...fields, reason });
    const outcome = random.pick(["completed", "aborted", "failed"] as const);
    return end({ ...fields, outcome, reason });
  });
}

/**
 * Events as agents write them: several sessions and processes at once, each
 * answer and most ends after their prompt; steered, orphaned and unanswered
 * turns; prompts typed while an answer still streams; at times an answer of
 * another process, or the end of a process. No two events have the same time.
 */
export function agentEvents(random: Random, count: number): TurnEvent[] {
  const turns = new Map<string, number>();
  const open: { sid: string; pid: number; turnId: string }[] = [];
  const events: TurnEvent[] = [];
  for (let i = 0; i < count; i++) {
    const t = at(i / 8);
    const text = random.pick(["", "é", "👋", "a\u0000b"]) + i;
    if (open.length === 0 || random.chance(0.4)) {
      const sid = `s${random.below(3)}`;
      const pid = random.below(2);
      const steers = random.chance(0.2);
      const number = (turns.get(sid + pid) ?? 0) + (steers ? 0 : 1);
      turns.set(sid + pid, number);
      const turn = { sid, pid, turnId: `${pid}.${number}` };
      open.push(turn);
      events.push(prompt({ ...turn, t, text }));
    } else {
      const turn = open[Math.max(0, open.length - 1 - random.below(6))];
      const pid = random.chance(0.05) ? 77 : turn.pid;
      const dice = random.next();
      if (dice < 0.6) events.push(answer({ ...turn, pid, t, text }));
      else if (dice < 0.75) events.push(end({ ...turn, t }));
      else if (dice < 0.95) {
        events.push(end({ ...turn, t, outcome: "aborted", reason: text }));
      } else events.push(sessionEnd({ ...turn, turnId: null, t }));
    }
  }
  return events;
}

/** Cuts bytes into pieces of random sizes, most of them small. */
export function anyChunks(random: Random, bytes: Uint8Array): Uint8Array[] {
  const chunks = [];
  const most = random.pick([1, 3, 20, 1000, 100_000]);
  for (let start = 0; start < bytes.length;) {
    const size = random.between(1, most);
    chunks.push(bytes.subarray(start, start + size));
    start += size;
  }
  return chunks;
}
