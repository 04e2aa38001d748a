/**
 * The port between the rules and the database. Each engine is a folder of
 * `store/`, and all of them pass one contract suite.
 *
 * @module
 */

import type { Checkpoint, FilePlace, NewFile, Position } from "./checkpoint.ts";
import type { EventOwner, Prompt, TurnEvent } from "./event.ts";
import type { Turn, TurnStatus } from "./turn.ts";

/** A process of a session, which owns turns. */
export interface Owner {
  sid: string;
  pid: number;
}

/** A turn to be minted. */
export interface NewTurn {
  prompt: Prompt;
  hash: string;
  status: TurnStatus;
  /** The turn that orphaned this one from the start. */
  orphanedBy: number | null;
}

/** The turns of a process just before and just after a new one. */
export interface Neighbours {
  before: { id: number; status: TurnStatus } | undefined;
  /** The id of the next turn. */
  after: number | undefined;
}

/** The fields that an answer sets on its turn. */
export interface Completion {
  /** The new text of the turn's answer. */
  text: string;
  /** The answer's timestamp, unchanged, and its instant in ms since the epoch. */
  t: string;
  at: number;
  durationMs: number;
  pidMismatch: boolean;
}

/** The fields that an end sets on its turn; the others stay as they are. */
export type Ending =
  & Pick<Turn, "outcome" | "outcomeReason" | "outcomeTime">
  & Partial<Pick<Turn, "status" | "endTime" | "endMs" | "durationMs">>;

/** What is going to be applied or looked up in a transaction. */
export interface Expected {
  events: readonly TurnEvent[];
  /** Other events, whose turns are looked up. */
  owners: readonly EventOwner[];
}

/** Changes that take effect together or not at all (SPEC section 4). */
export interface Transactions {
  /**
   * Queues with the other writers of this database, then runs `work` in one
   * {@linkcode transaction}. It waits for other processes of this program
   * without limit, while the event loop runs; only another program that keeps
   * the database locked results in a failure.
   *
   * Where the connection to the database is lost, `work` runs once more, and
   * perhaps after it was committed: nothing of the run before may remain.
   *
   * @param expected What `work` will apply and look up; an engine may read all
   * that it needs at once.
   * @throws {Failure} If the database cannot be written. All changes of `work`
   * are rolled back then, and also if `work` throws.
   */
  write<T>(work: () => T, expected?: Expected): Promise<T>;
  /**
   * Runs `work` as one unit. Inside another transaction it is a savepoint: if it
   * throws, only its own changes are rolled back and the outer transaction may
   * continue. If the engine itself rolled back the outer transaction, as on a
   * full disk, the outer one fails with the same error.
   *
   * Outside of a transaction it begins and commits its own. It queues as
   * {@linkcode write} does, but it blocks the event loop, at most for the busy
   * timeout. Callers that can wait use {@linkcode write}.
   *
   * @throws {Failure} As {@linkcode write} does.
   */
  transaction<T>(work: () => T): T;
}

/**
 * The turns in the database. Every look-up orders the turns by (start instant,
 * id), and "until" an instant includes it.
 */
export interface TurnStore extends Transactions {
  turnOfPrompt(hash: string): Turn | undefined;
  /** The turn of an answer or an end, by the hash of its key. */
  turnOfAnswer(hash: string): Turn | undefined;
  /** The newest turn of the process until `at`. */
  newestTurn(owner: Owner, at: number): Turn | undefined;
  /** The first turn of the process that started after `at`. */
  nextTurn(owner: Owner, at: number): Turn | undefined;
  /** The newest turn of the process until `at` that has the agent's `turnId`. */
  newestNamedTurn(owner: Owner, turnId: string, at: number): Turn | undefined;
  /** The oldest turn of the process that has the agent's `turnId`. */
  oldestNamedTurn(owner: Owner, turnId: string): Turn | undefined;
  /** The newest turn of the session until `at`, in any of its processes. */
  newestSessionTurn(sid: string, at: number): Turn | undefined;
  /** The first turn of the session that started after `at`. */
  nextSessionTurn(sid: string, at: number): Turn | undefined;
  hasTurns(owner: Owner): boolean;
  /** The newest turn of the process until `at`, and the first one after it. */
  neighbours(owner: Owner, at: number): Neighbours;
  /** Counts a new turn in its session and its process, stores and returns it. */
  mint(turn: NewTurn): Turn;
  /** Marks a turn as orphaned by another, and returns its new state. */
  orphan(id: number, by: number): Turn;
  /** The turns that a turn orphaned, in id order. */
  orphansOf(id: number): Turn[];
  /** Stores an answer in its turn, and returns the turn's new state. */
  complete(turn: Turn, completion: Completion): Turn;
  /**
   * Stores an end in its turn, and returns the turn's new state. If that makes
   * it `orphaned`, no other turn did so.
   */
  end(turn: Turn, ending: Ending): Turn;
  /**
   * Erases the texts of turns for good: the prompt, the answer (one that is there
   * becomes empty), the directory and the reason of the outcome, and what
   * decoders saved of them. All else stays, so that no event of theirs counts
   * anew. Readers of the database's files may still find the texts until
   * {@linkcode Store.eraseTraces}.
   *
   * @returns How many of them had not been forgotten before.
   */
  forget(ids: readonly number[], nowMs: number): number;
  /**
   * Remembers the turn of an answer or an end. If the remembered turn was deleted
   * by hand, only a turn that was minted later replaces it, as when the log is
   * read again; an older turn never had this event.
   *
   * @returns Whether the event belongs to the turn now.
   */
  rememberAnswer(hash: string, id: number): boolean;
}

/** The positions up to which the files of a followed path have been read. */
export interface CheckpointStore extends Transactions {
  /** The checkpoints of a path, in the order in which they were added. */
  checkpointsOf(path: string): Checkpoint[];
  /** Adds a new file, to be read after all others of its path. */
  addCheckpoint(path: string, file: NewFile): Checkpoint;
  /** Stores where the file is now, for example after it was compressed. */
  locateCheckpoint(id: number, place: FilePlace): void;
  /** Deletes the checkpoint of a file. */
  dropCheckpoint(id: number): void;
  /**
   * Stores the position up to which a file has been read.
   *
   * @param rejected How many lines were rejected since it was moved last.
   */
  moveCheckpoint(position: Position, rejected?: number): void;
  /** Deletes the oldest checkpoints of a log whose files have been read. */
  pruneCheckpoints(path: string): void;
}

/** A database of turns and checkpoints. */
export interface Store extends TurnStore, CheckpointStore, Disposable {
  /**
   * How long {@linkcode Transactions.write} has been waiting for other processes of this
   * program, or for a server, in milliseconds; 0 if it is not.
   */
  readonly waitedMs: number;
  /**
   * Runs `work`, which only reads, and waits for no writer. Where the connection
   * to the database is lost, it runs once more.
   *
   * @throws {Failure} If the database cannot be read.
   */
  read<T>(work: () => T): Promise<T>;
  /**
   * Ensures that no other process follows the same file into this database
   * until the store is disposed.
   *
   * @param followed The path of the file.
   * @throws {Failure} If another process does, or if the claim cannot be checked.
   */
  claim(followed: string): void;
  /**
   * Makes sure that no file of the database holds what was erased. Other writers
   * wait while it writes the database anew, for which it queues as
   * {@linkcode Transactions.write} does. A server frees what its tables hold of it,
   * where the role owns them; its own files, such as its log of writes, and its
   * standbys and backups are its administrator's.
   *
   * @returns Whether that is so; a program that reads the database can prevent
   * it for as long as it reads.
   * @throws {Failure} If the database cannot be written.
   */
  eraseTraces(): Promise<boolean>;
}
