/**
 * The command `status`: shows what a database holds.
 *
 * @module
 */

import { terminalWidth } from "../terminal/size.ts";
import { stdoutForText } from "../output/sink.ts";
import { refuseForeignFiles } from "../store/open.ts";
import { formatJson } from "./json.ts";
import { prometheus } from "./prometheus.ts";
import { readReport } from "./report.ts";
import { instantOf } from "./since.ts";
import { view } from "./view.ts";
import { watch } from "./watch.ts";

/** What the command line asks for. */
export interface StatusOptions {
  /** The database: the path of a file, or an address that libpq takes. */
  db: string;
  /** Whether it is the default. */
  isDefaultDb: boolean;
  /** Write JSON in place of text for people. */
  json: boolean;
  /** Write metrics for Prometheus in place of text for people. */
  prometheus: boolean;
  /** The version of the program. */
  version: string;
  /** Show only turns that began since then, as {@linkcode instantOf} reads it. */
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
    const text = await prometheus(db, options.version);
    return await stdoutForText.write(new TextEncoder().encode(text));
  }
  const isTerminal = Deno.stdout.isTerminal();
  const draw = async () => {
    if (options.isDefaultDb) refuseForeignFiles(db);
    // A day may begin while it is watched.
    const sinceMs = since === null ? null : instantOf(since, Date.now());
    const report = await readReport(db, sinceMs);
    return json ? formatJson(report) : view(report, {
      now: report.readMs,
      width: isTerminal ? terminalWidth() : Infinity,
      color: options.color && isTerminal,
    });
  };
  if (!options.watch) {
    return await stdoutForText.write(new TextEncoder().encode(await draw()));
  }
  // Without a terminal an empty line separates one text from the next.
  await watch(
    json ? draw : async () => `${await draw()}\n`,
    isTerminal && !json,
  );
}
