/**
 * The machine whose log is made: sessions, their processes, and the turns that
 * run in them side by side.
 *
 * @module
 */

import type { Envelope } from "./envelope.ts";
import { EXEC_END, ITEM, KINDS, PROMPT, shareOut } from "./profile.ts";
import type { Payloads } from "./payload.ts";
import { type Process, Processes } from "./processes.ts";
import type { Random } from "./random.ts";
import { planTurn, Step } from "./turn.ts";

/** How large a world is. */
export interface WorldSize {
  /** Number of events. */
  events: number;
  /** Number of prompts among them; 0 makes a log without turns. */
  prompts: number;
  /** Number of finished items among them. */
  items: number;
  /** Number of sessions, as far as there are prompts for them. */
  sessions: number;
  /** Number of giant events among them. */
  giants: number;
}

/** One event, and whether it is one of the giants. */
export interface WorldEvent {
  /** What the line says. */
  envelope: Envelope;
  /** Whether its output is as long as a giant's. */
  giant: boolean;
}

interface Running {
  process: Process;
  turnId: string;
  round: string;
  plan: number[];
  next: number;
  /** The time that racing events and the prompt share. */
  fixedTime?: number;
  nextPrompted: boolean;
}

/** One day of the machine that was measured, in milliseconds an event. */
const PACE = 303;
const START = Date.UTC(2025, 10, 19);

/** A machine and its day. */
export class World {
  #random: Random;
  #payloads: Payloads;
  #size: WorldSize;
  #now = START;
  #processes: Processes;
  #running: Running[] = [];
  /** Turns to begin, each with its share of the events. */
  #slots: number;
  #slot = 0;
  #quotas: number[];
  #phases: number[];
  #itemsDue = 0;

  /** Prepares a day of the given size. */
  constructor(random: Random, payloads: Payloads, size: WorldSize) {
    this.#random = random;
    this.#payloads = payloads;
    this.#size = size;
    this.#processes = new Processes(random, size.sessions);
    this.#slots = size.prompts || Math.max(1, Math.round(size.events / 200));
    const { events, prompts, items, giants } = size;
    const rest = Math.max(0, events - prompts - items - giants);
    this.#quotas = [...shareOut(rest), items];
    this.#phases = this.#quotas.map(() => random.next());
  }

  /** The events of the day in the order in which they are written. */
  *events(): Generator<WorldEvent> {
    const random = this.#random;
    const { events, giants } = this.#size;
    const atOnce = Math.min(24, Math.ceil(this.#slots / 4));
    let giantsWritten = 0;
    for (let written = 0; written < events; written++) {
      this.#now += random.below(2 * PACE);
      while (this.#running.length < atOnce && this.#slot < this.#slots) {
        const share = this.#slot / this.#slots;
        this.#begin(this.#processes.idle(share, this.#now), true);
      }
      if (giants * written >= (giantsWritten + 0.5) * events - giants) {
        giantsWritten++;
        const process = this.#running.length > 0
          ? random.pick(this.#running).process
          : this.#processes.any();
        yield { envelope: this.#envelope(process, EXEC_END, {}), giant: true };
      } else if (this.#running.length > 0) {
        yield { envelope: this.#next(), giant: false };
      } else {
        // The shares of the turns are whole numbers; this is what is left.
        const kind = KINDS[random.below(7)];
        const data = this.#payloads.filling(kind, written);
        const process = this.#processes.any();
        const envelope = this.#envelope(process, kind.name, data);
        yield { envelope, giant: false };
      }
    }
  }

  /** The next event of one of the running turns. */
  #next(): Envelope {
    const index = this.#random.below(this.#running.length);
    const running = this.#running[index];
    const envelope = this.#step(running);
    if (running.next === running.plan.length) {
      this.#running.splice(index, 1);
      running.process.busy = false;
      if (running.nextPrompted) this.#begin(running.process, false);
    }
    return envelope;
  }

  /** How many messages a turn has; without any, the next prompt orphans it. */
  #messages(): number {
    const dice = this.#random.next();
    return dice < 0.12 ? 0 : dice < 0.8 ? 1 : dice < 0.94 ? 2 : 3;
  }

  /** Takes the shares of the next turns: so many events of each type. */
  #take(slots: number): number[] {
    const from = this.#slot;
    this.#slot = Math.min(this.#slots, from + slots);
    const share = (slot: number, i: number) =>
      Math.floor(this.#quotas[i] * slot / this.#slots + this.#phases[i]);
    return this.#quotas.map((_, i) => share(this.#slot, i) - share(from, i));
  }

  #begin(process: Process, prompt: boolean): void {
    const random = this.#random;
    const turns = this.#size.prompts > 0;
    const left = this.#slots - this.#slot;
    const steered = turns && left > 1 && random.chance(0.03);
    // An early prompt's slot is taken when its own turn begins.
    const impatient = turns && left > 2 && random.chance(0.08);
    const fillings = this.#take(steered ? 2 : 1);
    this.#itemsDue += fillings.pop()!;
    const messages = turns ? this.#messages() : 0;
    const items = Math.max(messages, this.#itemsDue);
    this.#itemsDue -= items;
    const plan = planTurn(random, {
      fillings,
      items,
      messages,
      prompt: prompt && turns,
      steered,
      impatient,
      foreign: random.chance(0.015),
      racing: random.chance(0.1),
    });
    // A short log has less than an event for each turn.
    if (plan.length === 0) return;
    process.busy = true;
    process.turn++;
    this.#running.push({
      process,
      turnId: String(process.turn),
      round: random.uuid(this.#now),
      plan,
      next: 0,
      nextPrompted: impatient,
    });
  }

  #step(running: Running): Envelope {
    const payloads = this.#payloads;
    const { process } = running;
    const step = running.plan[running.next++];
    const event = (name: string, data: Envelope["data"]) => {
      const envelope = this.#envelope(process, name, data);
      envelope.turnId = running.turnId;
      envelope.round = running.round;
      return envelope;
    };
    switch (step) {
      case Step.OtherItem:
        return event(ITEM, payloads.otherItem());
      case Step.Message:
        return event(ITEM, payloads.message());
      case Step.ForeignMessage: {
        const envelope = event(ITEM, payloads.message());
        envelope.pid += 1;
        return envelope;
      }
      case Step.Steer:
        return event(PROMPT, payloads.prompt());
      case Step.NextPrompt: {
        const envelope = event(PROMPT, payloads.prompt());
        envelope.turnId = String(process.turn + 1);
        return envelope;
      }
      case Step.Prompt: {
        const envelope = event(PROMPT, payloads.prompt());
        envelope.time = running.fixedTime ?? envelope.time;
        return envelope;
      }
      default: {
        const { name } = KINDS[step];
        const data = payloads.filling(KINDS[step], process.events);
        const envelope = event(name, data);
        // Before the prompt is written, all is stamped with its time.
        if (running.plan.indexOf(Step.Prompt) >= running.next) {
          running.fixedTime ??= envelope.time;
          envelope.time = running.fixedTime;
        }
        return envelope;
      }
    }
  }

  #envelope(
    process: Process,
    event: string,
    data: Envelope["data"],
  ): Envelope {
    process.events++;
    // Writers race to append: order is only roughly by time.
    const late = this.#random.chance(0.05) ? this.#random.below(40) : 0;
    return {
      event,
      time: this.#now - late,
      data,
      turnId: String(process.turn),
      pid: process.pid,
      sid: process.sid,
      round: "00000000-0000-7000-8000-000000000000",
      dataCount: process.events,
    };
  }
}
