/**
 * Texts that are read as bytes, since the binding reads text only up to the first
 * U+0000.
 *
 * @module
 */

import type { BindValue, Database } from "@db/sqlite";

// A text may begin with U+FEFF, which is not a byte order mark there.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text as the log has it. */
export function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/**
 * The rows of a statement for people, in which what is read as bytes is text.
 *
 * @param params Its parameters.
 */
export function shownRows<Row extends unknown[]>(
  db: Database,
  sql: string,
  ...params: BindValue[]
): Row[] {
  return db.prepare(sql).values(...params).map((row) =>
    row.map((value) =>
      value instanceof Uint8Array ? shownText(value) : value
    ) as Row
  );
}

/**
 * A text for people, which may be the beginning of one: a character of which only
 * some bytes were read is left out.
 */
export function shownText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes, { stream: true });
}
