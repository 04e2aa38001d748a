/**
 * The port of the rules on a PostgreSQL database (SPEC section 11).
 *
 * @module
 */

import { hostName } from "../../system/host.ts";
import type {
  Checkpoint,
  FilePlace,
  NewFile,
  Position,
} from "../../turns/checkpoint.ts";
import type {
  Completion,
  Ending,
  Expected,
  Neighbours,
  NewTurn,
  Owner,
  Store,
} from "../../turns/store.ts";
import type { Turn } from "../../turns/turn.ts";
import { nameOf } from "../address.ts";
import type { StoreOptions } from "../options.ts";
import { CheckpointTable } from "./checkpoints.ts";
import { Claims } from "./claims.ts";
import { vacuum } from "./erasure.ts";
import { Group } from "./group.ts";
import { groupSql } from "./group_statements.ts";
import { Link } from "./link.ts";
import { prepareSchema } from "./schema.ts";
import { openWriter, type Session } from "./session.ts";
import { LinkTransactions } from "./transactions.ts";
import { type Turns, TurnTable } from "./turn_table.ts";

/** How long a program that reads its input to the end waits for the server, in milliseconds. */
const MOST_OUTAGE_MS = 60_000;

/** A store in a schema of a PostgreSQL database. */
export class PostgresStore implements Store {
  #link: Link;
  #claims: Claims;
  #transactions: LinkTransactions;
  #table: TurnTable;
  #checkpoints: CheckpointTable;
  #groupSql: ReturnType<typeof groupSql>;
  /** What is applied now, if it was announced. */
  #group: Group | undefined;

  private constructor(
    link: Link,
    claims: Claims,
    transactions: LinkTransactions,
    host: string,
  ) {
    this.#link = link;
    this.#claims = claims;
    this.#transactions = transactions;
    const { schema } = link.session;
    this.#table = new TurnTable(transactions, schema);
    this.#groupSql = groupSql(schema);
    this.#checkpoints = new CheckpointTable(transactions, schema, host);
  }

  /**
   * Connects to the database at `address`, and creates its tables.
   *
   * @throws {Failure} Where it cannot be used, is not ours, or is too new; it
   * is untouched then.
   * @throws {Stopped} Where a signal ended the wait for it.
   */
  static async open(
    address: string,
    options: StoreOptions = {},
  ): Promise<PostgresStore> {
    const { synchronous = "full", busyTimeoutMs = 5000, signal } = options;
    const { outageLimitMs = MOST_OUTAGE_MS, warn = () => {} } = options;
    const name = nameOf(address);
    const host = hostName();
    const claims = new Claims(name, host);
    const link = new Link(async () => {
      const session = await openWriter(address, name, synchronous);
      await prepareOrClose(session, name, claims);
      return session;
    });
    const patience = { limitMs: outageLimitMs, signal, warn };
    const transactions = new LinkTransactions({
      ...{ name, link, patience, busyTimeoutMs },
    });
    await transactions.connect();
    return new PostgresStore(link, claims, transactions, host);
  }

  get waitedMs(): number {
    return this.#transactions.waitedMs;
  }

  write<T>(work: () => T, expected?: Expected): Promise<T> {
    return this.#transactions.write(
      expected === undefined ? work : () => this.#runGrouped(work, expected),
    );
  }

  read<T>(work: () => T): Promise<T> {
    return this.#transactions.read(work);
  }

  transaction<T>(work: () => T): T {
    if (this.#group === undefined) return this.#transactions.transaction(work);
    try {
      return work();
    } catch (error) {
      this.#group?.fail();
      throw error;
    }
  }

  claim(followed: string): void {
    this.#claims.add(this.#link.session, followed);
  }

  turnOfPrompt(hash: string): Turn | undefined {
    return this.#turns.turnOfPrompt(hash);
  }

  turnOfAnswer(hash: string): Turn | undefined {
    return this.#turns.turnOfAnswer(hash);
  }

  newestTurn(owner: Owner, at: number): Turn | undefined {
    return this.#turns.newestTurn(owner, at);
  }

  nextTurn(owner: Owner, at: number): Turn | undefined {
    return this.#turns.nextTurn(owner, at);
  }

  newestNamedTurn(owner: Owner, turnId: string, at: number): Turn | undefined {
    return this.#turns.newestNamedTurn(owner, turnId, at);
  }

  oldestNamedTurn(owner: Owner, turnId: string): Turn | undefined {
    return this.#turns.oldestNamedTurn(owner, turnId);
  }

  newestSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#turns.newestSessionTurn(sid, at);
  }

  nextSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#turns.nextSessionTurn(sid, at);
  }

  hasTurns(owner: Owner): boolean {
    return this.#turns.hasTurns(owner);
  }

  neighbours(owner: Owner, at: number): Neighbours {
    return this.#turns.neighbours(owner, at);
  }

  mint(turn: NewTurn): Turn {
    return this.#turns.mint(turn);
  }

  orphan(id: number, by: number): Turn {
    return this.#turns.orphan(id, by);
  }

  orphansOf(id: number): Turn[] {
    return this.#turns.orphansOf(id);
  }

  complete(turn: Turn, completion: Completion): Turn {
    return this.#turns.complete(turn, completion);
  }

  end(turn: Turn, ending: Ending): Turn {
    return this.#turns.end(turn, ending);
  }

  forget(ids: readonly number[], nowMs: number): number {
    return this.#turns.forget(ids, nowMs);
  }

  async eraseTraces(): Promise<boolean> {
    await this.#transactions.read(() => vacuum(this.#link.session));
    return true;
  }

  rememberAnswer(hash: string, id: number): boolean {
    return this.#turns.rememberAnswer(hash, id);
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
    (this.#group ?? this.#checkpoints).moveCheckpoint(position, rejected);
  }

  dropCheckpoint(id: number): void {
    this.#checkpoints.dropCheckpoint(id);
  }

  pruneCheckpoints(path: string): void {
    this.#checkpoints.pruneCheckpoints(path);
  }

  /** Disconnects. What was committed is in the database; nothing else is. */
  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }

  get #turns(): Turns {
    return this.#group ?? this.#table;
  }

  /** Runs what was announced on a copy in memory. */
  #runGrouped<T>(work: () => T, expected: Expected): T {
    const transactions = this.#transactions;
    const group = new Group(transactions, this.#table, this.#groupSql);
    try {
      group.read(expected);
      this.#group = group;
      const result = work();
      group.write();
      return result;
    } catch (error) {
      this.#group = undefined;
      // One event after the other, so that only what is wrong is undone.
      if (!transactions.startAgain()) throw error;
      return work();
    } finally {
      this.#group = undefined;
    }
  }
}

async function prepareOrClose(
  session: Session,
  name: string,
  claims: Claims,
): Promise<void> {
  try {
    await prepareSchema(session, name);
    await claims.renew(session);
  } catch (error) {
    session.connection[Symbol.dispose]();
    throw error;
  }
}
