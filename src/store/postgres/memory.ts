/**
 * What a transaction knows of the database, and what it changes there: read at
 * once, and written at once (SPEC section 4, group commit). No other program
 * writes meanwhile.
 *
 * @module
 */

import type { Owner } from "../../turns/store.ts";
import type { Turn } from "../../turns/turn.ts";
import { Changes, type Counter, type Moved } from "./changes.ts";
import type { Statement } from "./connection.ts";
import { type Asked, keyOf } from "./expected.ts";
import {
  type MemoryRow,
  type MemorySql,
  MOST_LATER,
} from "./memory_statements.ts";
import { type Held, Timeline } from "./timeline.ts";

/** A process of a session. */
interface Process extends Counter {
  pid: number;
  /** `undefined` where it has too many turns. */
  timeline: Timeline | undefined;
}

/** The state of the database that matters to a transaction. */
export class Memory {
  #sql: MemorySql;
  #run: (statement: Statement) => unknown[][];
  #held = new Map<number, Held>();
  /** By the hash of a prompt, its turn, if there is one. */
  #prompts = new Map<string, Held | null>();
  /** By the hash of an answer, the id of its turn, if it was given to one. */
  #answers = new Map<string, number | null>();
  #processes = new Map<string, Process>();
  #sessions = new Map<string, Counter>();
  #lastId = 0;
  #changes = new Changes();

  /** @param run Runs a statement, after what writes {@linkcode takeChanges}. */
  constructor(sql: MemorySql, run: (statement: Statement) => unknown[][]) {
    this.#sql = sql;
    this.#run = run;
  }

  /** The statement that reads what is asked for; {@linkcode take} gets its rows. */
  ask(
    { prompts = [], answers = [], processes = [] }: Partial<Asked>,
  ): Statement[] {
    if (prompts.length + answers.length + processes.length === 0) return [];
    for (const hash of prompts) this.#prompts.set(hash, null);
    for (const hash of answers) this.#answers.set(hash, null);
    for (const { sid, pid, since } of processes) {
      const process = { sid, pid, turns: 0, timeline: new Timeline(since) };
      this.#processes.set(keyOf(process), process);
    }
    const lists = [prompts, answers, processes].map((it) => JSON.stringify(it));
    return [[this.#sql.read, lists]];
  }

  /** Takes what was read. */
  take(rows: unknown[][]): void {
    for (const row of rows as MemoryRow[]) this.#take(row);
  }

  /** Takes the statement that writes what was changed; none if nothing was. */
  takeChanges(): Statement[] {
    return this.#changes.take(this.#sql);
  }

  /** The turn of a prompt. */
  turnOfPrompt(hash: string): Turn | undefined {
    if (!this.#prompts.has(hash)) this.#load({ prompts: [hash] });
    return this.#prompts.get(hash)?.turn;
  }

  /** The turn of an answer. */
  turnOfAnswer(hash: string): Turn | undefined {
    const id = this.#idOfAnswer(hash);
    // It may have been deleted by hand.
    return id === null ? undefined : this.#held.get(id)?.turn;
  }

  /** The turns of a process, if it is known which they are at an instant. */
  timeline(owner: Owner, at: number): Timeline | undefined {
    const timeline = this.#processes.get(keyOf(owner))?.timeline;
    return timeline?.covers(at) ? timeline : undefined;
  }

  /** What the turns of a process count in, which is read if it is not known. */
  counters(owner: Owner, since: number): [process: Counter, session: Counter] {
    const { sid, pid } = owner;
    if (!this.#processes.has(keyOf(owner))) {
      this.#load({ processes: [{ sid, pid, since }] });
    }
    return [this.#processes.get(keyOf(owner))!, this.#sessions.get(sid)!];
  }

  /** Adds a new turn, which has these fields beside its id and its counts. */
  add(
    fields: Omit<Turn, "id" | "sessionTurn" | "sessionPidTurn">,
    hash: string,
    orphanedBy: number | null,
  ): Turn {
    const counters = this.counters(fields, fields.startMs!);
    const [sessionPidTurn, sessionTurn] = counters.map((it) => ++it.turns);
    const id = ++this.#lastId;
    const turn = { ...fields, id, sessionTurn, sessionPidTurn };
    const held: Held = { turn, isNew: true, hash, orphanedBy };
    this.#held.set(id, held);
    this.#prompts.set(hash, held);
    this.#processes.get(keyOf(fields))!.timeline?.add(held);
    this.#changes.addTurn(held, counters);
    return turn;
  }

  /**
   * Changes a turn.
   *
   * @param orphanedBy The turn that orphaned it; `undefined` leaves that as it is.
   */
  change(
    turn: Turn,
    changes: Partial<Turn>,
    orphanedBy?: number | null,
  ): Turn {
    const held = this.#hold(turn);
    held.turn = { ...held.turn, ...changes };
    if (orphanedBy !== undefined) held.orphanedBy = orphanedBy;
    this.#changes.changeTurn(held);
    return held.turn;
  }

  /** A turn that is known. */
  turn(id: number): Turn | undefined {
    return this.#held.get(id)?.turn;
  }

  /** {@linkcode TurnStore.rememberAnswer} */
  rememberAnswer(hash: string, id: number): boolean {
    const before = this.#idOfAnswer(hash);
    if (before !== null && before >= id) return false;
    this.#answers.set(hash, id);
    this.#changes.rememberAnswer(hash, id);
    return true;
  }

  /** Moves a checkpoint. */
  move(moved: Moved): void {
    this.#changes.move(moved);
  }

  #load(asked: Partial<Asked>): void {
    this.take(this.#run(this.ask(asked)[0]));
  }

  #idOfAnswer(hash: string): number | null {
    if (!this.#answers.has(hash)) this.#load({ answers: [hash] });
    return this.#answers.get(hash)!;
  }

  #take(row: MemoryRow): void {
    switch (row[0]) {
      case "prompt":
        this.#prompts.set(row[1], this.#hold(row[2]));
        break;
      case "answer":
        this.#answers.set(row[1], row[2]);
        if (row[3] !== null) this.#hold(row[3]);
        break;
      case "turn": {
        const held = this.#hold(row[1]);
        const process = this.#processes.get(keyOf(held.turn))!;
        process.timeline?.add(held);
        // Some may be missing.
        if ((process.timeline?.length ?? 0) > MOST_LATER) {
          process.timeline = undefined;
        }
        break;
      }
      case "process":
        this.#processes.get(keyOf({ sid: row[1], pid: row[2] }))!.turns =
          row[3];
        break;
      case "session":
        this.#sessions.set(row[1], { sid: row[1], turns: row[2] });
        break;
      case "minted":
        this.#lastId = row[1];
    }
  }

  #hold(turn: Turn): Held {
    const held = this.#held.get(turn.id) ?? { turn, isNew: false };
    this.#held.set(turn.id, held);
    return held;
  }
}
