/**
 * Answers the tracker's questions with one prepared statement each (SPEC section
 * 5).
 *
 * @module
 */

import type { BindValue } from "@db/sqlite";
import type { Turn, TurnStatus } from "../../turns/turn.ts";
import type {
  Checkpoint,
  FilePlace,
  NewFile,
  Position,
} from "../../turns/checkpoint.ts";
import type {
  Completion,
  Ending,
  Neighbours,
  NewTurn,
  Owner,
  Store,
} from "../../turns/store.ts";
import { CheckpointTable } from "./checkpoints.ts";
import type { StoreOptions } from "../options.ts";
import { Erasure } from "./erasure.ts";
import { DatabaseFile } from "./database_file.ts";
import { storeFailure } from "./failure.ts";
import { prepareAll, type Prepared } from "./prepared.ts";
import { EVENT_SQL, readTurn, type TurnRow } from "./statements.ts";

type Statements = Prepared<typeof EVENT_SQL>;

/** A store in one SQLite file. */
export class SqliteStore implements Store {
  #file: DatabaseFile;
  #sql: Statements;
  #checkpoints: CheckpointTable;
  #erasure: Erasure;

  /**
   * Opens the database at `path`, or creates it.
   *
   * @throws {Failure} As {@linkcode DatabaseFile} does.
   */
  constructor(path: string, options?: StoreOptions) {
    this.#file = new DatabaseFile(path, options);
    const { connection, transactions } = this.#file;
    try {
      this.#sql = prepareAll(connection, EVENT_SQL);
      this.#checkpoints = new CheckpointTable(connection, transactions);
      this.#erasure = new Erasure(connection);
    } catch (error) {
      this.#file.close();
      throw storeFailure(path, error);
    }
  }

  get waitedMs(): number {
    return this.#file.transactions.waitedMs;
  }

  write<T>(work: () => T): Promise<T> {
    return this.#file.transactions.write(work);
  }

  // There is no connection that could be lost.
  read<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => resolve(work()));
  }

  transaction<T>(work: () => T): T {
    return this.#file.transactions.transaction(work);
  }

  claim(followed: string): void {
    this.#file.claim(followed);
  }

  turnOfPrompt(hash: string): Turn | undefined {
    return this.#find("turnOfPrompt", hash);
  }

  turnOfAnswer(hash: string): Turn | undefined {
    return this.#find("turnOfAnswer", hash);
  }

  newestTurn({ sid, pid }: Owner, at: number): Turn | undefined {
    return this.#find("newestTurn", sid, pid, at);
  }

  nextTurn({ sid, pid }: Owner, at: number): Turn | undefined {
    return this.#find("nextTurn", sid, pid, at);
  }

  newestNamedTurn(
    { sid, pid }: Owner,
    turnId: string,
    at: number,
  ): Turn | undefined {
    return this.#find("newestNamedTurn", sid, pid, turnId, at);
  }

  oldestNamedTurn({ sid, pid }: Owner, turnId: string): Turn | undefined {
    return this.#find("oldestNamedTurn", sid, pid, turnId);
  }

  newestSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("newestSessionTurn", sid, at);
  }

  nextSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("nextSessionTurn", sid, at);
  }

  hasTurns({ sid, pid }: Owner): boolean {
    return this.#sql.hasTurns.value(sid, pid) !== undefined;
  }

  neighbours({ sid, pid }: Owner, at: number): Neighbours {
    type Row = [id: number | null, status: TurnStatus, after: number | null];
    const row = this.#sql.neighbours.value<Row>(sid, pid, at)!;
    const [id, status, after] = row;
    return {
      before: id === null ? undefined : { id, status },
      after: after ?? undefined,
    };
  }

  mint({ prompt, hash, status, orphanedBy }: NewTurn): Turn {
    const { sid, pid, text, t, turnId, at, agent, cwd } = prompt;
    const sessionTurn = this.#number("countSessionTurn", sid) ??
      this.#must("beginSession", sid);
    const sessionPidTurn = this.#number("countProcessTurn", sid, pid) ??
      this.#must("beginProcess", sid, pid);
    const id = this.#must("nextId");
    this.#must(
      "insertTurn",
      ...[id, sid, pid, text, t, status, hash, sessionTurn, sessionPidTurn],
      ...[turnId, at, orphanedBy, agent, cwd],
    );
    return {
      id,
      sid,
      pid,
      sessionTurn,
      sessionPidTurn,
      status,
      userText: text,
      assistantText: null,
      startTime: t,
      endTime: null,
      durationMs: null,
      turnId,
      pidMismatch: false,
      startMs: at,
      endMs: null,
      agent,
      cwd,
      outcome: null,
      outcomeReason: null,
      outcomeTime: null,
      forgottenMs: null,
    };
  }

  orphan(id: number, by: number): Turn {
    return this.#find("orphan", by, id) ?? refused();
  }

  orphansOf(id: number): Turn[] {
    const orphans: Turn[] = [];
    let next = this.#find("nextOrphan", id, Number.MIN_SAFE_INTEGER);
    while (next !== undefined) {
      orphans.push(next);
      next = this.#find("nextOrphan", id, next.id);
    }
    return orphans;
  }

  complete(turn: Turn, completion: Completion): Turn {
    const { text, t, at, durationMs, pidMismatch } = completion;
    this.#sql.complete.run(text, t, at, durationMs, pidMismatch, turn.id);
    return {
      ...turn,
      status: "completed",
      assistantText: text,
      endTime: t,
      endMs: at,
      durationMs,
      pidMismatch,
    };
  }

  end(turn: Turn, ending: Ending): Turn {
    const ended = { ...turn, ...ending };
    this.#sql.end.run(
      ...[ended.status, ended.endTime, ended.endMs, ended.durationMs],
      ...[ended.outcome, ended.outcomeReason, ended.outcomeTime],
      ...[ending.status === "orphaned", ended.id],
    );
    return ended;
  }

  forget(ids: readonly number[], nowMs: number): number {
    return this.#erasure.forget(ids, nowMs);
  }

  async eraseTraces(): Promise<boolean> {
    return await this.#file.eraseTraces();
  }

  rememberAnswer(hash: string, id: number): boolean {
    return this.#number("rememberAnswer", hash, id) !== undefined;
  }

  checkpointsOf(path: string): Checkpoint[] {
    return this.#checkpoints.checkpointsOf(path);
  }

  addCheckpoint(path: string, file: NewFile): Checkpoint {
    return this.#checkpoints.addCheckpoint(path, file);
  }

  locateCheckpoint(id: number, place: FilePlace): void {
    this.#checkpoints.locateCheckpoint(id, place);
  }

  moveCheckpoint(position: Position, rejected?: number): void {
    this.#checkpoints.moveCheckpoint(position, rejected);
  }

  dropCheckpoint(id: number): void {
    this.#checkpoints.dropCheckpoint(id);
  }

  pruneCheckpoints(path: string): void {
    this.#checkpoints.pruneCheckpoints(path);
  }

  /**
   * Closes the file. What was committed is in it; nothing else is.
   *
   * @throws {Failure} Where it was moved away and cannot take what was committed.
   */
  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #find(
    name: keyof Statements,
    ...params: BindValue[]
  ): Turn | undefined {
    const row = this.#sql[name].value<TurnRow>(...params);
    return row === undefined ? undefined : readTurn(row);
  }

  #number(
    name: keyof Statements,
    ...params: BindValue[]
  ): number | undefined {
    return this.#sql[name].value<[number]>(...params)?.[0];
  }

  #must(name: keyof Statements, ...params: BindValue[]): number {
    return this.#number(name, ...params) ?? refused();
  }
}

/** @throws {Error} What SQLite does not report: that a trigger left a row out. */
function refused(): never {
  throw new Error("a trigger in it ignores changes that turns need");
}
