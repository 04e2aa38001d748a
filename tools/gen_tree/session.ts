/**
 * One session while it is written: its clock, its ids and its texts.
 *
 * @module
 */

import { Random } from "../gen_log/random.ts";
import { Texts } from "../gen_log/text.ts";

/** A line of a session file, before it is JSON. */
export type Line = Record<string, unknown>;

/** What is decided of a session before it is written; its seed decides the rest. */
export interface Plan {
  seed: number;
  /** When it begins, in milliseconds since the epoch. */
  start: number;
  /** About how many bytes its file has. */
  bytes: number;
  /** The session that it copies the first turns of. */
  parent?: Plan;
  /** The session whose agent began it, so that no person wrote to it. */
  caller?: Plan;
  /** Length of the giant line in its file; 0 for none. */
  giantBytes: number;
}

/** How the sessions of one agent are written. */
export interface Agent {
  /** The name of its folder in the tree. */
  name: string;
  /** Its share of the files, in any unit. */
  share: number;
  /** Whether its sub-agents have files of their own. */
  hasSubAgents: boolean;
  /** The path of a session's file below the agent's folder. */
  path(session: Session): string;
  /** The lines that begin a session. */
  head(session: Session): Line[];
  /** The lines of one turn. */
  turn(session: Session): Generator<Line>;
  /** The lines of a parent, as a fork of it begins; `null` if there are no forks. */
  copy: ((lines: Line[], fork: Session) => Line[]) | null;
  /** The lines that end a session. */
  tail?(session: Session): Line[];
}

/** How a turn goes. */
export type Course = "completed" | "aborted" | "failed" | "killed";

/** All sessions cut their fillings from one pool: to draw one takes long. */
const POOL = new Texts(new Random(1));
const PROJECTS = ["api", "web", "tools", "docs", "infra", "notes"];

/** One session while it is written. */
export class Session {
  readonly plan: Plan;
  readonly random: Random;
  readonly id: string;
  /** The id of the session that began it; `null` if a person did. */
  readonly callerId: string | null;
  readonly cwd: string;
  readonly project: string;
  /** The id of the last line, for agents whose lines name the one before. */
  last: string | null = null;
  #time: number;
  #texts: Texts;
  #giantBytes: number;
  #lines = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.random = new Random(plan.seed);
    this.id = this.random.uuid(plan.start);
    const { caller } = plan;
    this.callerId = caller === undefined ? null : new Session(caller).id;
    this.project = this.random.pick(PROJECTS);
    this.cwd = `/home/dev/${this.project}`;
    this.#time = plan.start;
    this.#texts = POOL.with(this.random);
    this.#giantBytes = plan.giantBytes;
  }

  /** The current time, in milliseconds since the epoch. */
  get time(): number {
    return this.#time;
  }

  /** The current time, as text. */
  get stamp(): string {
    return new Date(this.#time).toISOString();
  }

  /** The number of the next line, from 0, for agents that number them. */
  nextNumber(): number {
    return this.#lines++;
  }

  /** Lets time pass; returns the time then, as text. */
  after(mostMs: number): string {
    this.#time += this.random.between(1, mostMs);
    return this.stamp;
  }

  /** An id that belongs to the current time. */
  uuid(): string {
    return this.random.uuid(this.#time);
  }

  /** How often something happens that happens `mean` times in the mean. */
  times(mean: number): number {
    const most = Math.floor(2 * mean);
    return most === 0 ? Number(this.random.chance(mean)) : this.random.between(
      0,
      most,
    );
  }

  /** How a turn goes, in the proportions of the recordings. */
  course(): Course {
    const dice = this.random.next();
    if (dice < 0.88) return "completed";
    return dice < 0.94 ? "aborted" : dice < 0.97 ? "failed" : "killed";
  }

  /** What a person types: never empty, and Unicode, as agents write no other. */
  prompt(): string {
    return this.#texts.prompt().toWellFormed() || "continue";
  }

  /** What the model answers. */
  answer(): string {
    return this.#texts.answer().toWellFormed() || "done";
  }

  /** Plain text of about `mean` characters. */
  filling(mean: number): string {
    return this.#texts.filling(this.random.size(mean, 20 * mean));
  }

  /** What a tool gave: the giant line of a session that has one, at first. */
  result(mean: number): string {
    const giant = this.#giantBytes;
    this.#giantBytes = 0;
    return giant > 0 ? this.#texts.filling(giant) : this.filling(mean);
  }
}
