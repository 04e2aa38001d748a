/**
 * The command `report`: writes a page about what a database holds.
 *
 * @module
 */

import { basename } from "node:path";
import { UsageError } from "../error.ts";
import { print } from "../output/sink.ts";
import { instantOf } from "../status/since.ts";
import {
  isPostgres,
  type NamedDatabase,
  nameOf,
  readReportData,
  refuseForeignFiles,
} from "../store/open.ts";
import { page } from "./page.ts";

/** What the command line asks for. */
export interface ReportOptions extends NamedDatabase {
  /** Since when turns began, as {@linkcode instantOf} reads it. */
  since: string | null;
}

/**
 * Writes the page to stdout.
 *
 * @throws {UsageError} Where stdout is a terminal.
 * @throws {Failure} Where the database cannot be read, or stdout not written.
 * @throws {ReaderGone} Where stdout is closed.
 */
export async function report(
  { db, isDefaultDb, since }: ReportOptions,
): Promise<void> {
  if (Deno.stdout.isTerminal()) {
    throw new UsageError(
      "the report is a page for a browser; write it to a file: turn-counter report > report.html",
    );
  }
  if (isDefaultDb) refuseForeignFiles(db);
  const sinceMs = since === null ? null : instantOf(since, Date.now());
  const name = isPostgres(db) ? nameOf(db) : basename(db);
  await print(page(name, await readReportData(db, sinceMs)));
}
