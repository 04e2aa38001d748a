/**
 * What a decoder remembers of the last turns of a rollout.
 *
 * @module
 */

import { hashOf } from "../hash.ts";

/** What is known of one turn. */
export interface OpenTurn {
  /** The agent's own id; `null` in rollouts that are older than these. */
  id: string | null;
  /** Whether its beginning was read, so that a prompt would be known. */
  isBegun: boolean;
  /** Whether its `task_started` was read. */
  isStarted: boolean;
  /** Whether a line that begins it begins a copy of it: the same session was read again. */
  isRepeated: boolean;
  isEnded: boolean;
  /** How many prompts and answers there were. */
  prompts: number;
  answers: number;
  /** The key of the last prompt. */
  promptKey: string | null;
  /** Hashes of the texts of its prompts. */
  texts: number[];
  /** The id of the item of the last answer. */
  answerItem: string | null;
  cwd: string | null;
}

/** How many turns are remembered: events of others than the last are late ones. */
const MOST_TURNS = 4;
/** How many texts of one turn are remembered. */
const MOST_TEXTS = 32;

/** The last turns, the current one last. */
export class Turns {
  #turns: OpenTurn[];

  constructor(turns: readonly OpenTurn[] = []) {
    this.#turns = [...turns];
  }

  /** The turn that messages without a turn id are of, if any. */
  get current(): OpenTurn | undefined {
    return this.#turns.at(-1);
  }

  /** All, for a saved state. */
  get all(): readonly OpenTurn[] {
    return this.#turns;
  }

  /**
   * Begins a turn, or continues it where it began already.
   *
   * @param id `null` does nothing.
   */
  begin(id: string | null, isStart: boolean): OpenTurn | null {
    if (id === null) return null;
    const known = this.#find(id);
    const isNew = known === undefined || known.isRepeated ||
      isStart && known.isStarted;
    const turn = isNew ? newTurn(id) : known;
    turn.isBegun = true;
    turn.isStarted ||= isStart;
    this.#makeCurrent(turn);
    return turn;
  }

  /** The turn of an id, which may be new. */
  of(id: string): OpenTurn {
    const known = this.#find(id);
    if (known !== undefined) return known;
    const turn = newTurn(id);
    this.#makeCurrent(turn);
    return turn;
  }

  /** The turn that a prompt without a turn id is of. */
  ofPrompt(): OpenTurn {
    const { current } = this;
    if (current !== undefined && !current.isEnded) return current;
    const turn = newTurn(null);
    this.#makeCurrent(turn);
    return turn;
  }

  /** Notes that the first line of the session was read again. */
  repeat(): void {
    this.#turns.forEach((turn) => turn.isRepeated = true);
  }

  #find(id: string): OpenTurn | undefined {
    return this.#turns.find((turn) => turn.id === id);
  }

  #makeCurrent(turn: OpenTurn): void {
    const others = this.#turns.filter(({ id }) => id !== turn.id);
    this.#turns = [...others, turn].slice(-MOST_TURNS);
  }
}

/**
 * Notes the text of a prompt of a turn.
 *
 * @returns Whether it is the first prompt of that turn with this text.
 */
export function noteText(turn: OpenTurn, text: string): boolean {
  const hash = hashOf(text);
  if (turn.texts.includes(hash)) return false;
  turn.texts = [...turn.texts, hash].slice(-MOST_TEXTS);
  return true;
}

function newTurn(id: string | null): OpenTurn {
  return {
    ...{ id, isBegun: false, isStarted: false, isRepeated: false },
    ...{ isEnded: false, prompts: 0, answers: 0, promptKey: null },
    ...{ texts: [], answerItem: null, cwd: null },
  };
}
