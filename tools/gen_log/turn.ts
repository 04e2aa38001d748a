/**
 * The life of one turn as a plan: which events it writes, in which order.
 *
 * @module
 */

import { type Kind, KINDS } from "./profile.ts";
import type { Random } from "./random.ts";

/** Steps of a plan that are not the index of an event type of the profile. */
export const Step = {
  /** The prompt that begins the turn. */
  Prompt: -1,
  /** A second prompt of the same turn, typed to steer it. */
  Steer: -2,
  /** The prompt of the next turn, typed while this one still runs. */
  NextPrompt: -3,
  /** An assistant's message. */
  Message: -4,
  /** A message that another process of the session writes. */
  ForeignMessage: -5,
  /** A finished item of another kind. */
  OtherItem: -6,
  /** The agent says that the turn is completed. */
  Completed: -7,
  /** The agent says that the turn was aborted. */
  Aborted: -8,
  /** The process ends. */
  Shutdown: -9,
} as const;

/** Events that in one turn of ten are written before the prompt. */
const RACING: ReadonlySet<string> = new Set([
  "turn.item.started",
  "turn.item.completed",
  "turn.raw_response_item",
]);

/** What a turn is made of. */
export interface TurnShape {
  /** How many events of each type of the profile. */
  fillings: number[];
  /** How many finished items, messages among them. */
  items: number;
  /** How many of the items are messages. */
  messages: number;
  /** The prompt is written by this turn. */
  prompt: boolean;
  /** A second prompt steers it. */
  steered: boolean;
  /** The next turn's prompt is written before this turn's last message. */
  impatient: boolean;
  /** The last message comes from another process. */
  foreign: boolean;
  /** Some events precede the prompt, with its time. */
  racing: boolean;
  /** How it ends; the process of a turn without an end was killed. */
  end: "Completed" | "Aborted" | null;
  /** The process ends with it. */
  shutdown: boolean;
}

function place(random: Random, kind: Kind | undefined, racing: boolean) {
  if (kind?.at === "start") return 0.02 * random.next();
  if (racing && kind && RACING.has(kind.name) && random.chance(0.4)) {
    return 0.025;
  }
  return 0.04 + 0.91 * random.next();
}

/** The steps of a turn in the order in which they are written. */
export function planTurn(random: Random, shape: TurnShape): number[] {
  const steps: { step: number; at: number }[] = [];
  shape.fillings.forEach((count, step) => {
    for (; count > 0; count--) {
      steps.push({ step, at: place(random, KINDS[step], shape.racing) });
    }
  });
  const add = (step: number, at: number) => steps.push({ step, at });
  if (shape.prompt) add(Step.Prompt, 0.03);
  if (shape.steered) add(Step.Steer, 0.3 + 0.3 * random.next());
  for (let i = shape.messages; i < shape.items; i++) {
    add(Step.OtherItem, 0.05 + 0.9 * random.next());
  }
  for (let i = 1; i < shape.messages; i++) {
    add(Step.Message, 0.1 + 0.8 * random.next());
  }
  if (shape.impatient) add(Step.NextPrompt, 0.96);
  if (shape.messages > 0) {
    add(shape.foreign ? Step.ForeignMessage : Step.Message, 0.97);
  }
  if (shape.end !== null) add(Step[shape.end], 0.98);
  if (shape.shutdown) add(Step.Shutdown, 0.99);
  // Array.sort is stable, so equal places keep the order of the profile.
  return steps.sort((a, b) => a.at - b.at).map(({ step }) => step);
}
