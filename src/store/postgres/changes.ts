/**
 * What a transaction has changed, and is yet to write.
 *
 * @module
 */

import type { Position } from "../../turns/checkpoint.ts";
import type { Statement } from "./connection.ts";
import type { MemorySql } from "./memory_statements.ts";
import type { Held } from "./timeline.ts";

/** How many turns a session has, or one of its processes. */
export interface Counter {
  sid: string;
  pid?: number;
  turns: number;
}

/** A position, and how many lines were rejected on the way to it. */
export interface Moved {
  position: Position;
  rejected: number;
}

/** Changes that are written at once. */
export class Changes {
  #turns = new Set<Held>();
  #counters = new Set<Counter>();
  #answers = new Map<string, number>();
  #lastId: number | null = null;
  #positions = new Map<number, Moved>();

  /** A new turn, and what it was counted in. */
  addTurn(held: Held, counters: readonly Counter[]): void {
    this.#turns.add(held);
    for (const counter of counters) this.#counters.add(counter);
    this.#lastId = held.turn.id;
  }

  /** A turn that is changed. */
  changeTurn(held: Held): void {
    this.#turns.add(held);
  }

  /** The turn of an answer, by the hash of its key. */
  rememberAnswer(hash: string, id: number): void {
    this.#answers.set(hash, id);
  }

  /** The position of a checkpoint. */
  move({ position, rejected }: Moved): void {
    const before = this.#positions.get(position.id)?.rejected ?? 0;
    this.#positions.set(position.id, {
      ...{ position, rejected: before + rejected },
    });
  }

  /** Takes the statement that writes all of them; none if there are none. */
  take(sql: MemorySql): Statement[] {
    const turns = [...this.#turns];
    const counters = [...this.#counters];
    const rows = [
      turns.filter(({ isNew }) => isNew).map(newRow),
      turns.filter(({ isNew }) => !isNew).map(changedRow),
      counters.filter(({ pid }) => pid === undefined).map(counterRow),
      counters.filter(({ pid }) => pid !== undefined).map(counterRow),
      [...this.#answers].map(([dedup_hash, id]) => ({
        ...{ dedup_hash, turn_id_glob: id },
      })),
    ];
    const positions = [...this.#positions.values()].map(checkpointRow);
    const count = rows.reduce((sum, { length }) => sum + length, 0);
    if (count + positions.length === 0) return [];
    const lists = [...rows, positions].map((list) => JSON.stringify(list));
    const written = count + (this.#lastId === null ? 0 : 1);
    const parameters = [...lists, this.#lastId, written];
    for (const held of turns) held.isNew = false;
    this.#turns.clear();
    this.#counters.clear();
    this.#answers.clear();
    this.#positions.clear();
    this.#lastId = null;
    return [[sql.write, parameters]];
  }
}

function newRow({ turn, hash, orphanedBy }: Held) {
  return { ...turn, hash, orphanedBy };
}

function changedRow({ turn, orphanedBy }: Held) {
  // The text of a prompt never changes.
  const changed = { ...turn, userText: undefined, orphanedBy };
  return { ...changed, setsOrphanedBy: orphanedBy !== undefined };
}

function counterRow({ sid, pid, turns }: Counter) {
  return { sid, pid, turn_count: turns };
}

/** A position by the names of its columns. */
function checkpointRow({ position, rejected }: Moved) {
  const { head, last, decoder } = position;
  return {
    file_id: position.id,
    read_bytes: position.offset,
    read_lines: position.line,
    head_length: head.length,
    head_hash: head.hash,
    last_end: last.end,
    last_length: last.length,
    last_hash: last.hash,
    done: position.done,
    moved_ms: Date.now(),
    dialect: position.dialect,
    // As JSON, since it may hold U+0000.
    decoder: decoder === null ? null : JSON.stringify(decoder),
    rejected_lines: rejected,
  };
}
