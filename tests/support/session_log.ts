/**
 * Decodes logs of agents as the program does, for tests of dialects.
 *
 * @module
 */

import {
  type Dialect,
  type Rejection,
  Verdict,
} from "../../src/dialect/dialect.ts";
import type { TurnEvent } from "../../src/turns/event.ts";

/** What a log gave. */
export interface DecodedLog {
  events: TurnEvent[];
  rejections: Rejection[];
}

/** How to decode a log. */
export interface DecodeOptions {
  /** Leave out the lines that the prefilter skips. */
  isFiltered?: boolean;
  /** Before which lines to save the decoder's state and resume from it. */
  resumeBefore?: (line: number) => boolean;
}

const encoder = new TextEncoder();

/** Decodes lines with one decoder; each may be an object to be written as JSON. */
export function decodeLog(
  dialect: Dialect,
  lines: readonly (string | Record<string, unknown>)[],
  { isFiltered = false, resumeBefore = () => false }: DecodeOptions = {},
): DecodedLog {
  const log: DecodedLog = { events: [], rejections: [] };
  const prefilter = dialect.prefilter();
  let decoder = dialect.decoder(null);
  for (const [i, line] of lines.entries()) {
    const text = typeof line === "string" ? line : JSON.stringify(line);
    const bytes = encoder.encode(text + "\n");
    if (resumeBefore(i)) decoder = dialect.decoder(decoder.save());
    const verdict = prefilter.judge(bytes, 0, bytes.length - 1);
    if (isFiltered && verdict === Verdict.Skip) continue;
    const { events, rejection } = decoder.decode(text, bytes);
    log.events.push(...events);
    if (rejection !== null) log.rejections.push(rejection);
  }
  return log;
}

/**
 * What events say, in short: kind, then the text, or the outcome and the
 * reason; for answers and ends also the text of the prompt that they belong to.
 */
export function outline(events: readonly TurnEvent[]): string[] {
  const prompts = new Map<string, string>();
  return events.map((event) => {
    if (event.kind === "prompt") {
      prompts.set(event.key, event.text);
      return `prompt: ${event.text}`;
    }
    if (event.kind === "session end") return `session end: ${event.reason}`;
    const of = event.promptKey === null
      ? "?"
      : prompts.get(event.promptKey) ?? event.promptKey;
    return event.kind === "answer"
      ? `answer to ${of}: ${event.text}`
      : `end of ${of}: ${event.outcome}, ${event.reason}`;
  });
}
