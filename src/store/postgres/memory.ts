/**
 * What a transaction knows of the database, and what it changes there: read at
 * once, and written at once (SPEC section 4, group commit). No other program
 * writes meanwhile.
 *
 * @module
 */

import type { Owner } from "../../turns/store.ts";
import type { Turn } from "../../turns/turn.ts";
import { checkpointRow, type Moved } from "./checkpoints.ts";
import { type Asked, keyOf } from "./expected.ts";
import {
  type MemoryRow,
  type MemorySql,
  MOST_LATER,
} from "./memory_statements.ts";
import type { Parameter } from "./parameters.ts";
import { type Held, Timeline } from "./timeline.ts";

/** How many turns a session has, and whether that has changed. */
interface Counter {
  sid: string;
  turns: number;
  isChanged: boolean;
}

/** A process of a session. */
interface Process extends Counter {
  pid: number;
  /** `undefined` where it has too many turns. */
  timeline: Timeline | undefined;
}

/** Runs a statement in the open transaction. */
type Run = (sql: string, parameters: readonly Parameter[]) => unknown[][];

/** The state of the database that matters to a transaction. */
export class Memory {
  #sql: MemorySql;
  #run: Run;
  #held = new Map<number, Held>();
  /** By the hash of a prompt, its turn, if there is one. */
  #prompts = new Map<string, Held | null>();
  /** By the hash of an answer, the id of its turn, if it was given to one. */
  #answers = new Map<string, number | null>();
  #processes = new Map<string, Process>();
  #sessions = new Map<string, Counter>();
  #lastId = 0;
  /** What was changed, and is to be written. */
  #dirty = new Set<Held>();
  #remembered = new Map<string, number>();
  #positions = new Map<number, Moved>();

  constructor(sql: MemorySql, run: Run) {
    this.#sql = sql;
    this.#run = run;
  }

  /** Reads what is asked for. */
  load({ prompts, answers, processes }: Asked): void {
    if (prompts.length + answers.length + processes.length === 0) return;
    this.write();
    for (const hash of prompts) this.#prompts.set(hash, null);
    for (const hash of answers) this.#answers.set(hash, null);
    for (const { sid, pid, since } of processes) {
      this.#processes.set(keyOf({ sid, pid }), {
        ...{ sid, pid, turns: 0, isChanged: false },
        timeline: new Timeline(since),
      });
    }
    const lists = [prompts, answers, processes];
    const parameters = lists.map((list) => JSON.stringify(list));
    const rows = this.#run(this.#sql.read, parameters);
    for (const row of rows as MemoryRow[]) this.#take(row);
  }

  /**
   * Writes what was changed.
   *
   * @throws {Error} Where a row is left out, which PostgreSQL does not report.
   */
  write(): void {
    const isClean =
      this.#dirty.size + this.#remembered.size + this.#positions.size === 0;
    if (isClean) return;
    const turns = [...this.#dirty];
    const [added, changed] = ["new", "changed"].map((kind) =>
      turns.filter(({ state }) => state === kind)
    );
    const sessions = [...this.#sessions.values()].filter(isChanged);
    const processes = [...this.#processes.values()].filter(isChanged);
    const answers = [...this.#remembered];
    const positions = [...this.#positions.values()];
    const lists = [
      added.map(({ turn, hash, orphanedBy }) => ({
        ...{ ...turn, hash, orphanedBy },
      })),
      changed.map(({ turn, orphanedBy }) => ({
        // The text of a prompt never changes.
        ...{ ...turn, userText: undefined, orphanedBy },
        setsOrphanedBy: orphanedBy !== undefined,
      })),
      sessions.map(({ sid, turns }) => ({ sid, turn_count: turns })),
      processes.map(({ sid, pid, turns }) => ({ sid, pid, turn_count: turns })),
      answers.map(([dedup_hash, id]) => ({ dedup_hash, turn_id_glob: id })),
    ];
    const rows = lists.reduce((sum, { length }) => sum + length, 0);
    const lastId = added.length > 0 ? this.#lastId : null;
    const [[written]] = this.#run(this.#sql.write, [
      ...lists.map((list) => JSON.stringify(list)),
      lastId,
      JSON.stringify(positions.map(checkpointRow)),
    ]);
    if (written !== rows + (lastId === null ? 0 : 1)) {
      throw new Error("a trigger in it ignores changes that turns need");
    }
    for (const held of turns) held.state = "stored";
    for (const counter of [...sessions, ...processes]) {
      counter.isChanged = false;
    }
    this.#dirty.clear();
    this.#remembered.clear();
    this.#positions.clear();
  }

  /** The turn of a prompt. */
  turnOfPrompt(hash: string): Turn | undefined {
    if (!this.#prompts.has(hash)) {
      this.load({ prompts: [hash], answers: [], processes: [] });
    }
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
      const processes = [{ sid, pid, since }];
      this.load({ prompts: [], answers: [], processes });
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
    const [sessionPidTurn, sessionTurn] = counters.map((counter) => {
      counter.isChanged = true;
      return ++counter.turns;
    });
    const id = ++this.#lastId;
    const turn = { ...fields, id, sessionTurn, sessionPidTurn };
    const held: Held = { turn, state: "new", hash, orphanedBy };
    this.#held.set(id, held);
    this.#prompts.set(hash, held);
    this.#processes.get(keyOf(fields))!.timeline?.add(held);
    this.#dirty.add(held);
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
    if (held.state === "stored") held.state = "changed";
    this.#dirty.add(held);
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
    this.#remembered.set(hash, id);
    return true;
  }

  /** Moves a checkpoint. */
  move({ position, rejected }: Moved): void {
    const before = this.#positions.get(position.id)?.rejected ?? 0;
    this.#positions.set(position.id, {
      ...{ position, rejected: before + rejected },
    });
  }

  #idOfAnswer(hash: string): number | null {
    if (!this.#answers.has(hash)) {
      this.load({ prompts: [], answers: [hash], processes: [] });
    }
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
        this.#sessions.set(row[1], {
          ...{ sid: row[1], turns: row[2], isChanged: false },
        });
        break;
      case "minted":
        this.#lastId = row[1];
    }
  }

  #hold(turn: Turn): Held {
    const held = this.#held.get(turn.id) ?? { turn, state: "stored" };
    this.#held.set(turn.id, held);
    return held;
  }
}

function isChanged(counter: Counter): boolean {
  return counter.isChanged;
}
