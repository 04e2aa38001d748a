/**
 * Whole hostile logs: lines that are as they should be, so that there are turns
 * to spoil, and all kinds of others between them.
 *
 * @module
 */

import { lineOf } from "../support/envelope.ts";
import { claudeLines } from "../support/claude_log.ts";
import { agentEvents, anyEvents } from "../support/random_log.ts";
import { logLines } from "../../tools/gen_log/log_generator.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { type Bytes, concat, utf8 } from "../support/bytes.ts";
import { KINDS, type Material } from "./kinds.ts";

/** A log, and the limit with which to read it. */
export interface HostileLog {
  log: Bytes;
  /** `null` for the default of the program. */
  maxLineBytes: number | null;
}

/** Makes a log of about so many lines; the same from the same seed. */
export function hostileLog(seed: number, lines: number): HostileLog {
  const random = new Random(seed);
  const maxLineBytes = random.pick([null, null, 5000, 700, 300]);
  const pool = goodLines(random, lines);
  let next = 0;
  const material: Material = {
    random,
    line: () => pool[next++ % pool.length],
    maxLineBytes: maxLineBytes ?? 2000,
  };
  const names = Object.keys(KINDS);
  const ends = random.pick([["\n"], ["\n"], ["\r\n"], [
    "\n",
    "\r\n",
    "\r\r\n",
  ]]);
  const hostility = random.pick([0.1, 0.5, 0.9]);
  const pieces: Bytes[] = [utf8(random.chance(0.1) ? "\uFEFF" : "")];
  for (let i = 0; i < lines; i++) {
    pieces.push(
      random.chance(hostility)
        ? KINDS[random.pick(names)](material)
        : utf8(material.line()),
      utf8(random.pick(ends)),
    );
  }
  // The last line may be without its end.
  if (random.chance(0.3)) pieces.pop();
  return { log: concat(pieces), maxLineBytes };
}

/** Lines of a few sessions that meet in every way, and lines as Codex writes them. */
function goodLines(random: Random, count: number): string[] {
  const share = Math.ceil(count / 3);
  const other = logLines({
    seed: random.below(1e9),
    events: share,
    prompts: Math.ceil(share / 8),
    variants: 0.5,
    duplicates: 0.1,
  });
  const sources = [
    agentEvents(random, share).map(lineOf),
    anyEvents(random, share).map(lineOf),
    claudeLines(random, share),
    // The longest ones would be most of the bytes.
    [...other].filter((line) => line.length < 5000),
  ];
  // Each in its own order, since answers follow prompts.
  const lines: string[] = [];
  while (sources.some((source) => source.length > 0)) {
    const line = random.pick(sources).shift();
    if (line !== undefined) lines.push(line);
  }
  return lines;
}
