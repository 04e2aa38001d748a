/**
 * What a group of events needs of the database.
 *
 * @module
 */

import type { Expected, Owner } from "../../turns/store.ts";
import { dedupHash } from "../../turns/tracker.ts";
import { storableName } from "./texts.ts";

/** A process, and the instant from which its turns are asked for. */
export interface AskedProcess extends Owner {
  since: number;
}

/** What to read. */
export interface Asked {
  /** Hashes of prompts, and of answers. */
  prompts: readonly string[];
  answers: readonly string[];
  processes: readonly AskedProcess[];
}

/** What events need, which is found out before other programs have to wait. */
export function askedBy({ events, owners }: Expected): Asked {
  const prompts = new Set<string>();
  const answers = new Set<string>();
  const processes = new Map<string, AskedProcess>();
  for (const event of events) {
    const hashes = event.kind === "prompt" ? prompts : answers;
    hashes.add(dedupHash(event.key));
    if ("promptKey" in event && event.promptKey !== null) {
      prompts.add(dedupHash(event.promptKey));
    }
  }
  for (const { sid, pid, at } of [...events, ...owners]) {
    const process = { sid: storableName(sid), pid };
    const key = keyOf(process);
    const since = Math.min(at, processes.get(key)?.since ?? Infinity);
    processes.set(key, { ...process, since });
  }
  return {
    ...{ prompts: [...prompts], answers: [...answers] },
    processes: [...processes.values()],
  };
}

/** What distinguishes a process, whose session has its stored name, from others. */
export function keyOf({ sid, pid }: Owner): string {
  return `${pid} ${sid}`;
}
