/**
 * Erases the texts of turns.
 *
 * @module
 */

import { withoutTexts } from "../../turns/saved_texts.ts";
import type { Turn } from "../../turns/turn.ts";
import type { Connection } from "./connection.ts";
import { readTurn, ROW, type TurnRow } from "./statements.ts";
import type { LinkTransactions } from "./transactions.ts";

/** How long to wait for programs that read the database, and how often, in milliseconds. */
const [MOST_WAIT_MS, RETRY_MS] = [5000, 100];

/** The statements, by what they are for. */
function erasureSql(schema: string) {
  return {
    turn: `SELECT ${ROW} FROM ${schema}.turns
      WHERE turn_id_glob = $1 AND forgotten_ms IS NULL`,
    // Rules ask whether there is an answer.
    forget: `UPDATE ${schema}.turns SET user_text = NULL,
      assistant_text = CASE WHEN assistant_text IS NOT NULL THEN '' END,
      cwd = NULL, outcome_reason = NULL, forgotten_ms = $1
      WHERE turn_id_glob = $2`,
    // What decoders saved is JSON in JSON.
    savedOf: `SELECT json_build_array(file_id, decoder)
      FROM ${schema}.checkpoints WHERE strpos(decoder, $1) > 0`,
    save: `UPDATE ${schema}.checkpoints SET decoder = $1 WHERE file_id = $2`,
    now: "SELECT json_build_array(clock_timestamp())",
    /** Sessions that may still see what was there before an instant. */
    readers: `SELECT json_build_array(count(*)) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_xmin IS NOT NULL AND xact_start < $1::timestamptz`,
    files: `SELECT json_build_array(
      pg_relation_filenode('${schema.replaceAll("'", "''")}.turns'))`,
    rewrite: `VACUUM (FULL) ${schema}.turns, ${schema}.checkpoints`,
  };
}

/** Erases texts in the tables of a schema. */
export class Erasure {
  #transactions: LinkTransactions;
  #sql: ReturnType<typeof erasureSql>;

  constructor(transactions: LinkTransactions, schema: string) {
    this.#transactions = transactions;
    this.#sql = erasureSql(schema);
  }

  /** {@linkcode TurnStore.forget} */
  forget(ids: readonly number[], nowMs: number): number {
    const turns = ids.flatMap((id) => {
      const [row] = this.#transactions.find(this.#sql.turn, [id]);
      return row === undefined ? [] : readTurn(row as TurnRow);
    });
    for (const { id } of turns) {
      this.#transactions.change(this.#sql.forget, [nowMs, id]);
    }
    for (const [sid, own] of Map.groupBy(turns, ({ sid }) => sid)) {
      this.#forgetSaved(sid, own);
    }
    return turns.length;
  }

  /**
   * {@linkcode Store.eraseTraces}: writes the tables anew. What the server keeps
   * beside them (its log of changes, standbys, backups) is not in its hands.
   *
   * @throws {Error} Where this role may not do that.
   */
  async eraseTraces(connection: Connection): Promise<boolean> {
    const sql = this.#sql;
    const [[began]] = connection.run(sql.now) as [[string]];
    const deadline = performance.now() + MOST_WAIT_MS;
    while (connection.run(sql.readers, [began])[0][0] as number > 0) {
      if (performance.now() > deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    const [[before]] = connection.run(sql.files);
    await connection.scriptLater(sql.rewrite, Infinity);
    const [[after]] = connection.run(sql.files);
    // The server only warns.
    if (before === after) {
      throw new Error("only the owner of its tables may write them anew");
    }
    return true;
  }

  /** Erases what decoders saved of turns of a session. */
  #forgetSaved(sid: string, turns: Turn[]): void {
    const texts = turns.flatMap(({ userText, assistantText }) =>
      [userText, assistantText].filter((text) => text !== null)
    ).flatMap((text) => [text, text.replaceAll("\uFFFD", "\0")]);
    const quoted = JSON.stringify(JSON.stringify(sid).slice(1, -1));
    type Row = [id: number, saved: string];
    const rows = this.#transactions.find(this.#sql.savedOf, [
      quoted.slice(1, -1),
    ]);
    for (const [id, json] of rows as Row[]) {
      const saved = JSON.parse(json) as string;
      const rest = withoutTexts(saved, texts);
      if (rest === saved) continue;
      this.#transactions.change(this.#sql.save, [JSON.stringify(rest), id]);
    }
  }
}
