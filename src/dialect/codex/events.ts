/**
 * The events of a turn of Codex, with the keys that copies of them share: forks
 * keep the turn ids of their ancestors.
 *
 * @module
 */

import type { Answer, End, Outcome, Prompt } from "../../turns/event.ts";
import { type Session, sessionOf } from "./session.ts";
import type { OpenTurn } from "./turns.ts";

/** Where an event is. */
export interface Place {
  session: Session;
  t: string;
  at: number;
}

const AGENT = "codex";

/** The next prompt of a turn. */
export function promptOf(place: Place, turn: OpenTurn, text: string): Prompt {
  turn.prompts++;
  const key = turn.id === null
    ? keyOf(place.t, "prompt", text)
    : keyOf(turn.id, "prompt", turn.prompts);
  turn.promptKey = key;
  return { kind: "prompt", ...ownerOf(place, turn), key, text };
}

/**
 * The next answer of a turn, if that has a prompt.
 *
 * @param item The id of the item that it is: it may come twice.
 */
export function answerOf(
  place: Place,
  turn: OpenTurn,
  text: string,
  item: string | null,
): Answer[] {
  if (item === null || item !== turn.answerItem) turn.answers++;
  turn.answerItem = item;
  if (isWithoutPrompt(turn)) return [];
  const key = turn.id === null
    ? keyOf(place.t, "answer", text)
    : keyOf(turn.id, "answer", turn.answers);
  const { promptKey } = turn;
  return [{ kind: "answer", ...ownerOf(place, turn), key, promptKey, text }];
}

/** The end of a turn, if that has a prompt. */
export function endOf(
  place: Place,
  turn: OpenTurn,
  outcome: Outcome,
  reason: string | null,
): End[] {
  turn.isEnded = true;
  if (isWithoutPrompt(turn)) return [];
  const { promptKey } = turn;
  const key = turn.id === null ? `${promptKey}|end` : keyOf(turn.id, "end");
  const event = { ...ownerOf(place, turn), key, promptKey };
  return [{ kind: "end", ...event, outcome, reason }];
}

/** What all events of a turn share. */
function ownerOf({ session, t, at }: Place, { id, cwd }: OpenTurn) {
  const sid = sessionOf(session, id);
  return {
    ...{ sid, pid: 0, turnId: id, t, at },
    ...{ agent: AGENT, cwd: cwd ?? session.cwd },
  };
}

/**
 * Whether a turn was begun by no person, but by a compaction or a command of
 * the shell. Where its beginning was not read, that is not known.
 */
function isWithoutPrompt({ isBegun, id, promptKey }: OpenTurn): boolean {
  return (isBegun || id === null) && promptKey === null;
}

function keyOf(...parts: (string | number)[]): string {
  return [AGENT, ...parts].join("|");
}
