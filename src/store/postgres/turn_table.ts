/**
 * The turns as rows: each question is one prepared statement (SPEC section 11).
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
import type { Turn, TurnStatus } from "../../turns/turn.ts";
import { Erasure } from "./erasure.ts";
import type { Parameter } from "./parameters.ts";
import {
  type EventSql,
  eventSql,
  readTurn,
  type TurnRow,
} from "./statements.ts";
import { storable, storableName } from "./texts.ts";
import type { LinkTransactions } from "./transactions.ts";

/** What the tracker asks, without the transactions in which it does. */
export type Turns = Omit<TurnStore, keyof Transactions>;

/** The table `turns`, and those beside it. */
export class TurnTable implements Turns {
  #transactions: LinkTransactions;
  #sql: EventSql;
  #erasure: Erasure;
  /** An answer that no turn was given to, as was found in a transaction. */
  #unknown: { hash: string; transaction: unknown } | undefined;

  constructor(transactions: LinkTransactions, schema: string) {
    this.#transactions = transactions;
    this.#sql = eventSql(schema);
    this.#erasure = new Erasure(transactions, schema);
  }

  turnOfPrompt(hash: string): Turn | undefined {
    return this.#find("turnOfPrompt", hash);
  }

  turnOfAnswer(hash: string): Turn | undefined {
    const [row] = this.#transactions.find(this.#sql.turnOfAnswer, [hash]);
    const transaction = this.#transactions.current;
    if (row === undefined) this.#unknown = { hash, transaction };
    // Its turn may have been deleted by hand.
    return row === undefined || row[0] === null
      ? undefined
      : readTurn(row as TurnRow);
  }

  newestTurn({ sid, pid }: Owner, at: number): Turn | undefined {
    return this.#find("newestTurn", storableName(sid), pid, instant(at));
  }

  nextTurn({ sid, pid }: Owner, at: number): Turn | undefined {
    return this.#find("nextTurn", storableName(sid), pid, instant(at));
  }

  newestNamedTurn(
    { sid, pid }: Owner,
    turnId: string,
    at: number,
  ): Turn | undefined {
    const named = [storableName(sid), pid, storableName(turnId)];
    return this.#find("newestNamedTurn", ...named, instant(at));
  }

  oldestNamedTurn({ sid, pid }: Owner, turnId: string): Turn | undefined {
    const named = [storableName(sid), pid, storableName(turnId)];
    return this.#find("oldestNamedTurn", ...named);
  }

  newestSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("newestSessionTurn", storableName(sid), instant(at));
  }

  nextSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("nextSessionTurn", storableName(sid), instant(at));
  }

  hasTurns({ sid, pid }: Owner): boolean {
    const owner = [storableName(sid), pid];
    return this.#transactions.find(this.#sql.hasTurns, owner).length > 0;
  }

  neighbours({ sid, pid }: Owner, at: number): Neighbours {
    const [[id, status, after]] = this.#transactions.find(
      this.#sql.neighbours,
      [storableName(sid), pid, instant(at)],
    ) as [[id: number | null, status: TurnStatus, after: number | null]];
    return {
      before: id === null ? undefined : { id, status },
      after: after ?? undefined,
    };
  }

  mint({ prompt, hash, status, orphanedBy }: NewTurn): Turn {
    const { pid, at } = prompt;
    const [sid, turnId, agent] = [prompt.sid, prompt.turnId, prompt.agent]
      .map(storableName);
    const [text, t, cwd] = [prompt.text, prompt.t, prompt.cwd].map(storable);
    const [row] = this.#transactions.change(this.#sql.mint, [
      ...[sid, pid, text, t, status, hash, turnId, at, orphanedBy, agent, cwd],
    ]);
    const [id, sessionTurn, sessionPidTurn] = row as number[] ?? refused();
    return {
      ...{ id, sid: sid!, pid, sessionTurn, sessionPidTurn, status },
      ...{ userText: text, assistantText: null, startTime: t, endTime: null },
      ...{ durationMs: null, turnId, pidMismatch: false, startMs: at },
      ...{ endMs: null, agent, cwd, outcome: null },
      ...{ outcomeReason: null, outcomeTime: null, forgottenMs: null },
    };
  }

  orphan(id: number, by: number): Turn {
    const [row] = this.#transactions.change(this.#sql.orphan, [by, id]);
    return readTurn(row as TurnRow ?? refused());
  }

  orphansOf(id: number): Turn[] {
    return (this.#transactions.find(this.#sql.orphansOf, [id]) as TurnRow[])
      .map(readTurn);
  }

  complete(turn: Turn, completion: Completion): Turn {
    const { at, durationMs, pidMismatch } = completion;
    const [text, t] = [completion.text, completion.t].map(storable);
    this.#changeAnswered("complete", "rememberAndComplete", [
      ...[turn.id, text, t, at, durationMs, pidMismatch],
    ]);
    return {
      ...turn,
      ...{ status: "completed", assistantText: text, endTime: t, endMs: at },
      ...{ durationMs, pidMismatch },
    };
  }

  end(turn: Turn, ending: Ending): Turn {
    const ended = { ...turn, ...ending };
    ended.outcomeReason = storable(ended.outcomeReason);
    this.#changeAnswered("end", "rememberAndEnd", [
      ...[ended.id, ended.status, ended.endTime, ended.endMs],
      ...[ended.durationMs, ended.outcome, ended.outcomeReason],
      ...[ended.outcomeTime, ending.status === "orphaned"],
    ]);
    return ended;
  }

  forget(ids: readonly number[], nowMs: number): number {
    return this.#erasure.forget(ids, nowMs);
  }

  rememberAnswer(hash: string, id: number): boolean {
    const { current } = this.#transactions;
    const { remember } = this.#sql;
    const isNew = this.#unknown?.hash === hash && current !== undefined &&
      this.#unknown.transaction === current;
    this.#unknown = undefined;
    if (!isNew) {
      return this.#transactions.change(remember, [id, hash]).length > 0;
    }
    this.#transactions.defer([remember, [id, hash]]);
    return true;
  }

  #find(name: keyof EventSql, ...parameters: Parameter[]): Turn | undefined {
    const [row] = this.#transactions.find(this.#sql[name], parameters);
    return row === undefined ? undefined : readTurn(row as TurnRow);
  }

  /** Changes a turn, and remembers its answer if that was deferred. */
  #changeAnswered(
    alone: "complete" | "end",
    both: "rememberAndComplete" | "rememberAndEnd",
    parameters: Parameter[],
  ): void {
    const [id] = parameters;
    const remembered = this.#transactions.takeDeferred(this.#sql.remember);
    if (remembered?.[0] === id) {
      const [, hash] = remembered;
      this.#transactions.change(this.#sql[both], [...parameters, hash]);
      return;
    }
    if (remembered !== undefined) {
      this.#transactions.change(this.#sql.remember, remembered);
    }
    this.#transactions.change(this.#sql[alone], parameters);
  }
}

/** The instant as a whole number, also where it is infinite. */
function instant(at: number): number {
  const most = Number.MAX_SAFE_INTEGER;
  return Math.max(-most, Math.min(most, at));
}

/** @throws {Error} What PostgreSQL does not report: that a trigger left a row out. */
function refused(): never {
  throw new Error("a trigger in it ignores changes that turns need");
}
