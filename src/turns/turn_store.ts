/**
 * What the rules need of a place that keeps turns.
 *
 * @module
 */

import type { Answer, Prompt } from "./event.ts";
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

/** What an answer sets on its turn. */
export interface Completion {
  answer: Answer;
  durationMs: number;
  pidMismatch: boolean;
}

/**
 * What the rules ask of the database. Every look-up orders the turns by
 * (start instant, id), and "until" an instant includes it.
 */
export interface TurnStore {
  /**
   * Runs `work` in one transaction that no other writer can come between.
   *
   * @throws Whatever `work` throws, after everything it did is undone.
   */
  transaction<T>(work: () => T): T;
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
  /** Counts a new turn in its session and its process, stores and gives it. */
  mint(turn: NewTurn): Turn;
  orphan(id: number, by: number): void;
  /** The turns that a turn orphaned, in id order. */
  orphansOf(id: number): Turn[];
  /** Sets what an answer sets, and gives the turn as it is then. */
  complete(id: number, completion: Completion): Turn;
  rememberAnswer(hash: string, id: number): void;
}
