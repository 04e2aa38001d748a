/**
 * Erases the texts of turns.
 *
 * @module
 */

import { withoutTexts } from "../../turns/saved_texts.ts";
import { arrayOf } from "./parameters.ts";
import type { Session } from "./session.ts";
import { storable } from "./texts.ts";
import type { LinkTransactions } from "./transactions.ts";

/**
 * The statements, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function erasureSql(schema: string) {
  const turns = `${schema}.turns`;
  const checkpoints = `${schema}.checkpoints`;
  const which = "turn_id_glob = ANY($1::bigint[]) AND forgotten_ms IS NULL";
  return {
    texts: `SELECT json_build_array(sid, user_text, assistant_text)
      FROM ${turns} WHERE ${which}`,
    // Rules ask whether there is an answer.
    forget: `UPDATE ${turns} SET user_text = NULL,
      assistant_text = CASE WHEN assistant_text IS NOT NULL THEN '' END,
      cwd = NULL, outcome_reason = NULL, forgotten_ms = $2 WHERE ${which}`,
    savedOf: `SELECT json_build_array(file_id, decoder) FROM ${checkpoints}
      WHERE strpos(decoder, $1) > 0`,
    save: `UPDATE ${checkpoints} SET decoder = $1 WHERE file_id = $2`,
  };
}

type TextRow = [sid: string, prompt: string | null, answer: string | null];

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
    const which = arrayOf(ids);
    const rows = this.#transactions.find(this.#sql.texts, [which]) as TextRow[];
    if (rows.length === 0) return 0;
    this.#transactions.change(this.#sql.forget, [which, nowMs]);
    for (const [sid, own] of Map.groupBy(rows, ([sid]) => sid)) {
      const texts = own.flatMap(([, ...texts]) =>
        texts.filter((text) => text !== null)
      );
      this.#forgetSaved(sid, texts);
    }
    return rows.length;
  }

  /** Erases what decoders saved of turns of a session. */
  #forgetSaved(sid: string, texts: string[]): void {
    // A decoder has the id as the log has it, which may differ after these.
    const [beginning] = sid.split(/[\uFFFD…]/);
    // It is a text in JSON, which is a text in JSON.
    const quoted = [beginning].map(quote).map(quote);
    const saved = this.#transactions.find(this.#sql.savedOf, quoted);
    for (const [id, decoder] of saved as [number, string][]) {
      const before = JSON.parse(decoder);
      const rest = withoutTexts(before, texts, asStored);
      if (rest === before) continue;
      this.#transactions.change(this.#sql.save, [JSON.stringify(rest), id]);
    }
  }
}

/**
 * Frees what the tables have of rows as they were before. Of its own files, such as
 * the log of its writes, the server alone decides. It leaves out what a role does
 * not own.
 */
export async function vacuum({ connection, schema }: Session): Promise<void> {
  await connection.scriptLater(
    `VACUUM ${schema}.turns, ${schema}.checkpoints`,
    // A table of ten million rows takes minutes.
    Infinity,
  );
}

/** A text of the log as a row holds it. */
function asStored(text: string): string {
  return storable(text).toWellFormed();
}

function quote(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
