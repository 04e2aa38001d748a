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
import type { Expected, Store } from "../../turns/store.ts";
import { nameOf } from "../address.ts";
import type { StoreOptions } from "../options.ts";
import { CheckpointTable } from "./checkpoints.ts";
import { Claims } from "./claims.ts";
import { rewrite } from "./erasure.ts";
import { Link } from "./link.ts";
import { prepareSchema } from "./schema.ts";
import { openWriter, type Session } from "./session.ts";
import { LinkTransactions } from "./transactions.ts";
import { Turns } from "./turns.ts";

/** How long a program that reads its input to the end waits for the server, in milliseconds. */
const MOST_OUTAGE_MS = 60_000;

/** A store in a schema of a PostgreSQL database. */
export class PostgresStore extends Turns implements Store {
  #link: Link;
  #claims: Claims;
  #transactions: LinkTransactions;
  #checkpoints: CheckpointTable;

  private constructor(
    link: Link,
    claims: Claims,
    transactions: LinkTransactions,
  ) {
    const { schema } = link.session;
    super(transactions, schema);
    this.#link = link;
    this.#claims = claims;
    this.#transactions = transactions;
    this.#checkpoints = new CheckpointTable(transactions, schema, claims.host);
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
    const { synchronous = "full", signal, warn = () => {} } = options;
    const { outageLimitMs = MOST_OUTAGE_MS } = options;
    const name = nameOf(address);
    const claims = new Claims(name, hostName());
    const open = async () => {
      const session = await openWriter(address, name, synchronous);
      await prepareOrClose(session, name, claims);
      return session;
    };
    const link = new Link(name, open, { limitMs: outageLimitMs, signal, warn });
    await link.connect();
    return new PostgresStore(link, claims, new LinkTransactions(link, warn));
  }

  get waitedMs(): number {
    return this.#link.waitedMs;
  }

  write<T>(work: () => T, expected?: Expected): Promise<T> {
    return this.#transactions.write(work, expected);
  }

  read<T>(work: () => T): Promise<T> {
    return this.#transactions.read(work);
  }

  transaction<T>(work: () => T): T {
    return this.#transactions.transaction(work);
  }

  claim(followed: string): void {
    this.#claims.add(this.#link.session, followed);
  }

  eraseTraces(): Promise<boolean> {
    return this.#link.run(rewrite);
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

  /** Disconnects. What was committed is in the database; nothing else is. */
  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
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
