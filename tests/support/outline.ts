/**
 * What events of a log say, in short.
 *
 * @module
 */

import type { TurnEvent } from "../../src/turns/event.ts";

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
