/**
 * The turns of a database: those that a transaction needs are in its memory, a
 * statement finds the others (SPEC section 11).
 *
 * @module
 */

import type {
  Completion,
  Ending,
  Neighbours,
  NewTurn,
  Owner,
  Transactions,
  TurnStore,
} from "../../turns/store.ts";
import type { Turn } from "../../turns/turn.ts";
import { Erasure } from "./erasure.ts";
import type { Memory } from "./memory.ts";
import type { Parameter } from "./parameters.ts";
import { type EventSql, eventSql } from "./statements.ts";
import { storable, storableName } from "./texts.ts";
import type { LinkTransactions } from "./transactions.ts";

/** Answers the tracker's questions, and makes its changes. */
export class Turns implements Omit<TurnStore, keyof Transactions> {
  #transactions: LinkTransactions;
  #sql: EventSql;
  #erasure: Erasure;

  constructor(transactions: LinkTransactions, schema: string) {
    this.#transactions = transactions;
    this.#sql = eventSql(schema);
    this.#erasure = new Erasure(transactions, schema);
  }

  turnOfPrompt(hash: string): Turn | undefined {
    return this.#transactions.memory.turnOfPrompt(hash);
  }

  turnOfAnswer(hash: string): Turn | undefined {
    return this.#transactions.memory.turnOfAnswer(hash);
  }

  newestTurn(owner: Owner, at: number): Turn | undefined {
    const process = stored(owner);
    const timeline = this.#transactions.memory.timeline(process, at);
    return timeline === undefined
      ? this.#find("newestTurn", process.sid, process.pid, instant(at))
      : timeline.newest(at)?.turn;
  }

  nextTurn(owner: Owner, at: number): Turn | undefined {
    const process = stored(owner);
    const timeline = this.#transactions.memory.timeline(process, at);
    return timeline === undefined
      ? this.#find("nextTurn", process.sid, process.pid, instant(at))
      : timeline.next(at)?.turn;
  }

  newestNamedTurn(owner: Owner, turnId: string, at: number): Turn | undefined {
    const { sid, pid } = stored(owner);
    const name = storableName(turnId);
    const timeline = this.#transactions.memory.timeline({ sid, pid }, at);
    const held = timeline?.newestNamed(name, at);
    return held !== undefined || timeline?.length === 0
      ? held?.turn
      : this.#find("newestNamedTurn", sid, pid, name, instant(at));
  }

  oldestNamedTurn(owner: Owner, turnId: string): Turn | undefined {
    const { sid, pid } = stored(owner);
    // All of a process without turns is known.
    const timeline = this.#transactions.memory.timeline({ sid, pid }, Infinity);
    return timeline?.length === 0
      ? undefined
      : this.#find("oldestNamedTurn", sid, pid, storableName(turnId));
  }

  newestSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("newestSessionTurn", storableName(sid), instant(at));
  }

  nextSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("nextSessionTurn", storableName(sid), instant(at));
  }

  hasTurns(owner: Owner): boolean {
    return this.newestTurn(owner, Infinity) !== undefined;
  }

  neighbours(owner: Owner, at: number): Neighbours {
    this.#transactions.memory.counters(stored(owner), at);
    return {
      before: this.newestTurn(owner, at),
      after: this.nextTurn(owner, at)?.id,
    };
  }

  mint({ prompt, hash, status, orphanedBy }: NewTurn): Turn {
    const fields = {
      ...{ ...stored(prompt), status, assistantText: null },
      ...{ userText: storable(prompt.text), startTime: storable(prompt.t) },
      ...{ endTime: null, durationMs: null, pidMismatch: false },
      ...{ turnId: storableName(prompt.turnId), startMs: prompt.at },
      ...{ endMs: null, agent: storableName(prompt.agent) },
      ...{ cwd: storable(prompt.cwd), outcome: null },
      ...{ outcomeReason: null, outcomeTime: null, forgottenMs: null },
    };
    return this.#change((memory) => memory.add(fields, hash, orphanedBy));
  }

  orphan(id: number, by: number): Turn {
    return this.#change((memory) => {
      const turn = memory.turn(id) ?? this.#find("turnOfId", id)!;
      return memory.change(turn, { status: "orphaned" }, by);
    });
  }

  orphansOf(id: number): Turn[] {
    const rows = this.#transactions.find(this.#sql.orphansOf, [id]);
    return (rows as [Turn][]).map(([turn]) => turn);
  }

  complete(turn: Turn, completion: Completion): Turn {
    const { at, durationMs, pidMismatch } = completion;
    const [text, t] = [completion.text, completion.t].map(storable);
    return this.#change((memory) =>
      memory.change(turn, {
        ...{ status: "completed", assistantText: text, endTime: t, endMs: at },
        ...{ durationMs, pidMismatch },
      })
    );
  }

  end(turn: Turn, ending: Ending): Turn {
    const outcomeReason = storable(ending.outcomeReason);
    const orphanedBy = ending.status === "orphaned" ? null : undefined;
    return this.#change((memory) =>
      memory.change(turn, { ...ending, outcomeReason }, orphanedBy)
    );
  }

  forget(ids: readonly number[], nowMs: number): number {
    const forgotten = this.#transactions.change(() =>
      this.#erasure.forget(ids, nowMs)
    );
    this.#transactions.clearMemory();
    return forgotten;
  }

  rememberAnswer(hash: string, id: number): boolean {
    return this.#change((memory) => memory.rememberAnswer(hash, id));
  }

  #find(name: keyof EventSql, ...parameters: Parameter[]): Turn | undefined {
    const [row] = this.#transactions.find(this.#sql[name], parameters);
    return row?.[0] as Turn | undefined;
  }

  #change<T>(change: (memory: Memory) => T): T {
    const transactions = this.#transactions;
    return transactions.change(() => change(transactions.memory));
  }
}

/** A process as rows name it. */
function stored({ sid, pid }: Owner): Owner {
  return { sid: storableName(sid), pid };
}

/** The instant as a whole number, also where it is infinite. */
function instant(at: number): number {
  const most = Number.MAX_SAFE_INTEGER;
  return Math.max(-most, Math.min(most, at));
}
