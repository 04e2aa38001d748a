/**
 * The rules of SPEC sections 2 and 3 once more, as plainly as can be: lists,
 * searched from end to end. What the program does is held against it, so
 * nothing here is taken from the program but the types.
 *
 * @module
 */

import type { Answer, Prompt, TurnEvent } from "../../../src/turns/event.ts";

interface Row {
  id: number;
  prompt: Prompt;
  /** What is hashed, unhashed. */
  identity: string;
  status: string;
  answer: Answer | null;
  sessionTurn: number;
  sessionPidTurn: number;
  pidMismatch: boolean;
  orphanedBy: number | null;
}

/** A tracker of turns without a database. */
export class Model {
  #rows: Row[] = [];
  #answers = new Map<string, Row>();

  /** Applies an event and gives the ids of the records to tell. */
  apply(event: TurnEvent): number[] {
    return event.kind === "prompt"
      ? this.#applyPrompt(event)
      : this.#applyAnswer(event);
  }

  /** The rows as records (SPEC section 6), by id. */
  records(): Record<string, unknown>[] {
    return this.#rows.map((row) => ({
      turn_id_glob: row.id,
      sid: row.prompt.sid,
      pid: row.prompt.pid,
      session_turn: row.sessionTurn,
      session_pid_turn: row.sessionPidTurn,
      status: row.status,
      user_text: row.prompt.text,
      assistant_text: row.answer?.text ?? null,
      start_time: row.prompt.t,
      end_time: row.answer?.t ?? null,
      duration_ms: row.answer && Math.max(0, row.answer.at - row.prompt.at),
      original_turn_id: row.prompt.turnId,
      pid_mismatch: row.pidMismatch,
    }));
  }

  #applyPrompt(prompt: Prompt): number[] {
    const identity = fieldsOf(prompt).join("|");
    let row = this.#rows.find((row) => row.identity === identity);
    if (row === undefined) {
      const session = this.#rows.filter((r) => r.prompt.sid === prompt.sid);
      const process = session.filter((r) => r.prompt.pid === prompt.pid);
      row = {
        id: this.#rows.length + 1,
        prompt,
        identity,
        status: "waiting_response",
        answer: null,
        sessionTurn: session.length + 1,
        sessionPidTurn: process.length + 1,
        pidMismatch: false,
        orphanedBy: null,
      };
      this.#rows.push(row);
      const ordered = byStart([...process, row]);
      const place = ordered.indexOf(row);
      const before = ordered[place - 1];
      const after = ordered[place + 1];
      if (before?.status === "waiting_response") orphan(before, row);
      if (after !== undefined) orphan(row, after);
    }
    const orphans = this.#rows.filter((r) => r.orphanedBy === row.id);
    return [...orphans, row].map(({ id }) => id);
  }

  #applyAnswer(answer: Answer): number[] {
    const key = JSON.stringify(fieldsOf(answer));
    const known = this.#answers.get(key);
    if (known !== undefined) return [known.id];
    const row = this.#findRow(answer);
    if (row === undefined) return [];
    this.#answers.set(key, row);
    if (row.answer === null || answer.at >= row.answer.at) {
      row.answer = answer;
      row.status = "completed";
      const { sid, pid } = answer;
      row.pidMismatch = !this.#rows.some((r) =>
        r.prompt.sid === sid && r.prompt.pid === pid
      );
    }
    return [row.id];
  }

  #findRow({ sid, pid, turnId, at }: Answer): Row | undefined {
    const session = byStart(this.#rows.filter((r) => r.prompt.sid === sid));
    const process = session.filter((r) => r.prompt.pid === pid);
    const named = process.filter((r) =>
      turnId !== null && r.prompt.turnId === turnId
    );
    const until = (row: Row) => row.prompt.at <= at;
    if (named.length > 0) return named.findLast(until) ?? named[0];
    const row = (process.length > 0 ? process : session).findLast(until);
    const other = row?.prompt.turnId ?? null;
    return turnId !== null && other !== null && other !== turnId
      ? undefined
      : row;
  }
}

/** By which an event that was applied before is known. */
function fieldsOf({ sid, pid, t, text }: TurnEvent): unknown[] {
  return [sid, pid, t, text];
}

function orphan(row: Row, by: Row): void {
  row.status = "orphaned";
  row.orphanedBy = by.id;
}

function byStart(rows: Row[]): Row[] {
  return rows.sort((a, b) => a.prompt.at - b.prompt.at || a.id - b.id);
}
