/**
 * Erases the texts of turns.
 *
 * @module
 */

import { Failure } from "../../error.ts";
import { delay } from "../../system/event_loop.ts";
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
    this.#transactions.find(this.#sql.forget, [which, nowMs]);
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
      const rest = withoutTexts(before, texts, storable);
      if (rest === before) continue;
      this.#transactions.find(this.#sql.save, [JSON.stringify(rest), id]);
    }
  }
}

/** How long to wait for programs that read the tables, and how often, in milliseconds. */
const MOST_WAIT_MS = 5000;
const RETRY_MS = 100;

const NOW = "SELECT json_build_array(clock_timestamp())";
/** Sessions that may still see what was there before an instant. */
const READERS = `SELECT json_build_array(count(*)) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_xmin IS NOT NULL AND xact_start < $1::timestamptz`;
/** The file of a table, by its name. */
const FILE = "SELECT json_build_array(pg_relation_filenode($1::regclass))";

/**
 * Writes the tables anew, without rows as they were before. Of its own files, such
 * as the log of its writes, the server alone decides.
 *
 * @returns Whether that is done: it is not while another session can see such rows.
 * @throws {Failure} If this role does not own the tables.
 */
export async function rewrite(
  { connection, schema }: Session,
): Promise<boolean> {
  const [[began]] = connection.run(NOW) as [[string]];
  const deadline = performance.now() + MOST_WAIT_MS;
  while (connection.run(READERS, [began])[0][0] as number > 0) {
    if (performance.now() > deadline) return false;
    await delay(RETRY_MS);
  }
  const tables = ["turns", "checkpoints"].map((name) => `${schema}.${name}`);
  const files = () => tables.map((name) => connection.run(FILE, [name])[0][0]);
  const before = files();
  // A table of ten million rows takes minutes.
  await connection.allLater(Infinity, `VACUUM (FULL) ${tables.join(", ")}`);
  // Of tables that are not this role's, the server only warns.
  if (!files().some((file, i) => file === before[i])) return true;
  throw new Failure(
    "the turns are forgotten, but only the owner of the tables may write them anew, and until then their files still hold the texts; repeat this command as that role",
  );
}

function quote(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
