/**
 * Erases the texts of turns.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { withoutTexts } from "../../turns/saved_texts.ts";
import type { Turn } from "../../turns/turn.ts";
import { prepareAll, type Prepared } from "./prepared.ts";
import { COLUMNS, readTurn, type TurnRow } from "./statements.ts";
import { textOf } from "./texts.ts";

/** The statements, by what they are for. */
const ERASURE_SQL = {
  turn: `SELECT ${COLUMNS} FROM turns
    WHERE turn_id_glob = ? AND forgotten_ms IS NULL`,
  // Rules ask whether there is an answer.
  forget: `UPDATE turns SET user_text = NULL,
    assistant_text = iif(assistant_text IS NULL, NULL, ''),
    cwd = NULL, outcome_reason = NULL, forgotten_ms = ?
    WHERE turn_id_glob = ?`,
  savedOf: `SELECT file_id, CAST(decoder AS BLOB) FROM checkpoints
    WHERE instr(decoder, ?) > 0`,
  save: "UPDATE checkpoints SET decoder = ? WHERE file_id = ?",
} as const;

/** Erases texts in the tables of a connection. */
export class Erasure {
  #connection: Database;
  #prepared: Prepared<typeof ERASURE_SQL> | undefined;

  constructor(connection: Database) {
    this.#connection = connection;
  }

  /** {@linkcode TurnStore.forget} */
  forget(ids: readonly number[], nowMs: number): number {
    const turns = ids.flatMap((id) => {
      const row = this.#sql.turn.value<TurnRow>(id);
      return row === undefined ? [] : readTurn(row);
    });
    for (const { id } of turns) this.#sql.forget.run(nowMs, id);
    for (const [sid, own] of Map.groupBy(turns, ({ sid }) => sid)) {
      this.#forgetSaved(sid, own);
    }
    return turns.length;
  }

  /** Erases what decoders saved of turns of a session. */
  #forgetSaved(sid: string, turns: Turn[]): void {
    const texts = turns.flatMap(({ userText, assistantText }) =>
      [userText, assistantText].filter((text) => text !== null)
    );
    const quoted = JSON.stringify(sid).slice(1, -1);
    type Row = [id: number, saved: Uint8Array];
    for (const [id, bytes] of this.#sql.savedOf.values<Row>(quoted)) {
      const saved = textOf(bytes);
      const rest = withoutTexts(saved, texts);
      if (rest !== saved) this.#sql.save.run(rest, id);
    }
  }

  /** Most programs never erase anything. */
  get #sql(): Prepared<typeof ERASURE_SQL> {
    if (this.#prepared !== undefined) return this.#prepared;
    // Where the file cannot be rewritten afterwards, little is left in it.
    this.#connection.exec("PRAGMA secure_delete = ON");
    return this.#prepared = prepareAll(this.#connection, ERASURE_SQL);
  }
}
