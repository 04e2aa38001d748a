/**
 * What the program needs of a place that keeps turns. Each engine is a folder
 * of `store/`, and one contract suite holds for all of them.
 *
 * @module
 */

import type {
  Checkpoint,
  Fingerprint,
  Identity,
  Position,
} from "./checkpoint.ts";
import type { Prompt } from "./event.ts";
import type { Turn, TurnStatus } from "./turn.ts";

/** The turns of one session, or of one process of it. */
export interface Owner {
  sid: string;
  pid: number;
}

/** A turn about to be minted. */
export interface NewTurn {
  prompt: Prompt;
  hash: string;
  status: TurnStatus;
  /** The turn that orphaned this one from the start. */
  orphanedBy: number | null;
}

/** The turns of a process before and after one that is about to be minted. */
export interface Neighbours {
  before: { id: number; status: TurnStatus } | undefined;
  /** The id of the next turn. */
  after: number | undefined;
}

/** What an answer sets on its turn. */
export interface Completion {
  /** The text that the turn then has. */
  text: string;
  /** The answer's time, as it came, and its instant in ms since the epoch. */
  t: string;
  at: number;
  durationMs: number;
  pidMismatch: boolean;
}

/** Changes that are made together or not at all (SPEC section 4). */
export interface Transactions {
  /**
   * Queues with the other writers of this database, then runs `work` in one
   * {@linkcode transaction}. The wait for other processes of this program has
   * no limit, and the event loop runs meanwhile; only another program that
   * keeps the database locked results in a failure.
   *
   * @throws {Failure} Where the database cannot be written; everything that
   * `work` did is undone then, as it is where `work` throws.
   */
  write<T>(work: () => T): Promise<T>;
  /**
   * Runs `work` as one unit. Inside another transaction it is a savepoint: what
   * it did is undone alone where it throws, and the outer one may go on, unless
   * the engine itself has given up all of it, as on a full disk; then the
   * outer one fails with the same error.
   *
   * Outside of one it begins and commits its own. It queues as
   * {@linkcode write} does, but it blocks the event loop, and so not for longer
   * than the busy timeout: what can wait uses {@linkcode write}.
   *
   * @throws {Failure} As {@linkcode write} does.
   */
  transaction<T>(work: () => T): T;
}

/**
 * What the rules ask of the database. Every look-up orders the turns by
 * (start instant, id), and "until" an instant includes it.
 */
export interface TurnStore extends Transactions {
  turnOfPrompt(hash: string): Turn | undefined;
  turnOfAnswer(hash: string): Turn | undefined;
  /** The newest turn of the process until `at`. */
  newestTurn(owner: Owner, at: number): Turn | undefined;
  /** The first turn of the process that started later than `at`. */
  nextTurn(owner: Owner, at: number): Turn | undefined;
  /** The newest turn of the process until `at` that carries the agent's `turnId`. */
  newestNamedTurn(owner: Owner, turnId: string, at: number): Turn | undefined;
  /** The oldest turn of the process that carries the agent's `turnId`. */
  oldestNamedTurn(owner: Owner, turnId: string): Turn | undefined;
  /** The newest turn of the session until `at`, whichever process it is of. */
  newestSessionTurn(sid: string, at: number): Turn | undefined;
  /** The first turn of the session that started later than `at`. */
  nextSessionTurn(sid: string, at: number): Turn | undefined;
  hasTurns(owner: Owner): boolean;
  /** The newest turn of the process until `at`, and the first that started later. */
  neighbours(owner: Owner, at: number): Neighbours;
  /** Counts a new turn in its session and its process, stores and gives it. */
  mint(turn: NewTurn): Turn;
  /** Orphans a turn by another, and gives it as it is then. */
  orphan(id: number, by: number): Turn;
  /** The turns that a turn orphaned, in id order. */
  orphansOf(id: number): Turn[];
  /** Sets what an answer sets, and gives the turn as it is then. */
  complete(turn: Turn, completion: Completion): Turn;
  /**
   * Remembers the turn of an answer. One that was deleted by hand since is
   * replaced by a turn that was minted later, as where the log is read again;
   * an older turn never had that answer.
   *
   * @returns Whether the answer belongs to that turn now.
   */
  rememberAnswer(hash: string, id: number): boolean;
}

/** Remembers up to where the files of a followed path have been read. */
export interface CheckpointStore extends Transactions {
  /** The files that were followed under a path, in the order of their reading. */
  checkpointsOf(path: string): Checkpoint[];
  /**
   * Begins a new file, to be read after all others of its path.
   *
   * @param head The first bytes that it has.
   */
  addCheckpoint(
    path: string,
    identity: Identity,
    head: Fingerprint,
    seenMs: number,
  ): Checkpoint;
  /** Sets which file it is now, as where it was compressed. */
  locateCheckpoint(id: number, identity: Identity | null): void;
  /** Forgets a file of which nothing was read. */
  dropCheckpoint(id: number): void;
  /** Stores up to where a file has been read. */
  moveCheckpoint(position: Position): void;
  /** Forgets all but the newest files of a path, and those that are not read yet. */
  pruneCheckpoints(path: string): void;
}

/** A place that keeps turns and checkpoints. */
export interface Store extends TurnStore, CheckpointStore, Disposable {
  /**
   * Makes sure that no other process follows the same file into this database,
   * until this one lets go of the store.
   *
   * @param followed The path of the file.
   * @throws {Failure} Where one does, or that cannot be found out.
   */
  claim(followed: string): void;
}
