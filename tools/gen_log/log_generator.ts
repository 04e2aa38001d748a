/**
 * Makes logs like those that turn-counter reads, in the proportions of a real
 * one, with all its quirks, and the same for the same options everywhere.
 *
 * @module
 */

import { canonicalLine, variantOf } from "./envelope.ts";
import { NestedLog } from "./nested.ts";
import { PROFILE_EVENTS, PROFILE_ITEMS, PROFILE_PROMPTS } from "./profile.ts";
import { Payloads } from "./payload.ts";
import { Random } from "./random.ts";
import { Texts } from "./text.ts";
import { World } from "./world.ts";

/** What log to make. */
export interface LogOptions {
  /** Number of events; duplicates come on top. Default 100,000. */
  events?: number;
  /** Different logs for different seeds. Default 1. */
  seed?: number;
  /** Number of giant `turn.exec.end` lines. Default 0. */
  giants?: number;
  /** Size of the giants, or the smallest and the largest. Default 40 MB. */
  giantBytes?: number | [number, number];
  /** Number of sessions. Default one for three prompts. */
  sessions?: number;
  /** Number of prompts. Default the published share of the events. */
  prompts?: number;
  /** Finished items for each prompt. Default the published 2.66. */
  itemsPerPrompt?: number;
  /** Share of lines in the words of older writers. Default 0. */
  variants?: number;
  /** Share of lines that break off, the next one glued to them. Default 0. */
  torn?: number;
  /** Share of lines that are written once more. Default 0. */
  duplicates?: number;
  /** False leaves out all events of turns, even their names. Default true. */
  turns?: boolean;
}

/** How far back a duplicated line can lie. */
const MEMORY = 200;

/**
 * The log in pieces of text, a newline at the end of each line and nowhere
 * else. A giant line comes in many pieces, any other in one.
 */
export function* logPieces(options: LogOptions = {}): Generator<string> {
  const { events = 100_000, giants = 0, torn = 0, duplicates = 0 } = options;
  const { variants = 0, turns = true, giantBytes = 40_000_000 } = options;
  const random = new Random(options.seed ?? 1);
  const texts = new Texts(random);
  const nested = new NestedLog(random, texts, turns);
  const published = Math.round(events * PROFILE_PROMPTS / PROFILE_EVENTS);
  const prompts = turns ? options.prompts ?? Math.max(1, published) : 0;
  const { itemsPerPrompt = PROFILE_ITEMS / PROFILE_PROMPTS } = options;
  const { sessions = Math.max(1, Math.round((prompts || events / 200) / 3)) } =
    options;
  const items = Math.round(prompts * itemsPerPrompt);
  const size = { events, prompts, items, sessions, giants };
  const world = new World(random, new Payloads(random, texts, nested), size);

  const recent: string[] = [];
  let written = 0;
  let giantsWritten = 0;
  for (const { envelope, giant } of world.events()) {
    if (giant) {
      const [least, most] = typeof giantBytes === "number"
        ? [giantBytes, giantBytes]
        : giantBytes;
      const rank = giants > 1 ? giantsWritten++ / (giants - 1) : 0;
      const bytes = Math.round(least + (most - least) * rank);
      yield* nested.pieces(envelope, bytes);
      yield "\n";
      continue;
    }
    const line = random.chance(variants)
      ? variantOf(random, envelope)
      : canonicalLine(envelope);
    if (random.chance(torn)) {
      yield line.slice(0, cut(line, random.between(1, line.length - 1)));
      continue;
    }
    yield line + "\n";
    recent[written++ % MEMORY] = line;
    if (random.chance(duplicates)) yield random.pick(recent) + "\n";
  }
}

/** Moves a cut out of the middle of a character. */
function cut(line: string, at: number): number {
  const unit = line.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

/**
 * The log line by line, without newlines. The last line may be torn off.
 *
 * @example
 * ```ts
 * import { logLines } from "./log_generator.ts";
 *
 * const lines = [...logLines({ events: 500, prompts: 50, variants: 0.5 })];
 * ```
 */
export function* logLines(options: LogOptions = {}): Generator<string> {
  let line = "";
  for (const piece of logPieces(options)) {
    line += piece;
    if (!line.endsWith("\n")) continue;
    yield line.slice(0, -1);
    line = "";
  }
  if (line) yield line;
}

/** The whole log as bytes; for logs that fit into memory. */
export function logBytes(options: LogOptions = {}): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([...logPieces(options)].join(""));
}
