/**
 * The command `status`: shows what a database holds.
 *
 * @module
 */

import { stdoutCanvas } from "../terminal/size.ts";
import { print } from "../output/sink.ts";
import { type NamedDatabase, refuseForeignFiles } from "../store/open.ts";
import { formatJson } from "./json.ts";
import { prometheus } from "./prometheus.ts";
import { readReport } from "./report.ts";
import { instantOf } from "./since.ts";
import { view } from "./view.ts";
import { watch } from "./watch.ts";

/** What the command line asks for. */
export interface StatusOptions extends NamedDatabase {
  /** Write JSON in place of text for people. */
  json: boolean;
  /** Write metrics for Prometheus in place of text for people, all of them once. */
  prometheus: boolean;
  /** The version of the program. */
  version: string;
  /** Since when turns began that are shown, as {@linkcode instantOf} reads it. */
  since: string | null;
  /** Write it again every second, until SIGINT or SIGTERM comes. */
  watch: boolean;
  /** Whether colours are welcome; they are used on a terminal only. */
  color: boolean;
}

/**
 * Writes to stdout what the database holds. A terminal gets text as wide as it
 * is; elsewhere text is not cut, and what is watched is written one after the
 * other: with `json`, as JSON Lines.
 *
 * @throws {Failure} Where the database cannot be read, or stdout not written.
 * @throws {ReaderGone} Where stdout is closed.
 */
export async function status(options: StatusOptions): Promise<void> {
  const { db, json, since } = options;
  if (options.prometheus) {
    if (options.isDefaultDb) refuseForeignFiles(db);
    return await print(await prometheus(db, options.version));
  }
  const draw = async () => {
    if (options.isDefaultDb) refuseForeignFiles(db);
    // A day may begin while it is watched.
    const sinceMs = since === null ? null : instantOf(since, Date.now());
    const report = await readReport(db, sinceMs);
    return json ? formatJson(report) : view(report, {
      now: report.readMs,
      ...stdoutCanvas(options.color),
    });
  };
  if (!options.watch) return await print(await draw());
  // Without a terminal an empty line separates one text from the next.
  await watch(
    json ? draw : async () => `${await draw()}\n`,
    Deno.stdout.isTerminal() && !json,
  );
}
