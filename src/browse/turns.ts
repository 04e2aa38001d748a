/**
 * The command `turns`: lists turns.
 *
 * @module
 */

import { resolve } from "node:path";
import { print } from "../output/sink.ts";
import {
  findTurns,
  type NamedDatabase,
  readTurns,
  refuseForeignFiles,
} from "../store/open.ts";
import { instantOf } from "../status/since.ts";
import type { Console } from "../terminal/console.ts";
import { formatCount } from "../terminal/numbers.ts";
import { stdoutCanvas } from "../terminal/size.ts";
import type { Turn, TurnStatus } from "../turns/turn.ts";
import { recordsOf } from "./records.ts";
import { sessionNamed } from "./session.ts";
import { turnTable } from "./turn_table.ts";

/** What the command line asks for. */
export interface TurnsOptions extends NamedDatabase {
  /** The id of a session, or how it begins or ends. */
  session: string | null;
  status: TurnStatus | null;
  agent: string | null;
  /** A directory: turns of it and of those below it. */
  cwd: string | null;
  /** Since when turns began, as {@linkcode instantOf} reads it. */
  since: string | null;
  /** How many at most. */
  limit: number;
  /** Write records in place of a table. */
  json: boolean;
  /** Whether colours are welcome; they are used on a terminal only. */
  color: boolean;
}

/** How many turns are read at a time: all their texts are in memory. */
const PAGE = 500;
/** How much of a prompt is read for the table, in bytes. */
const MOST_PROMPT_BYTES = 1000;

/**
 * Writes turns to stdout, those that were minted last first.
 *
 * @throws {Failure} Where the database cannot be read, the session is not known,
 * or stdout cannot be written.
 * @throws {ReaderGone} Where stdout is closed.
 */
export async function turns(
  options: TurnsOptions,
  console: Console,
): Promise<void> {
  const { db, session, status, agent, cwd, since, limit } = options;
  if (options.isDefaultDb) refuseForeignFiles(db);
  const { ids, searched } = await findTurns(db, {
    ...{ status, agent },
    sid: session === null ? null : await sessionNamed(db, session),
    cwd: cwd === null ? null : directoryOf(cwd),
    sinceMs: since === null ? null : instantOf(since, Date.now()),
  }, limit);
  const format = options.json ? recordsOf : tableOf(options);
  const mostBytes = options.json ? null : MOST_PROMPT_BYTES;
  for (let i = 0; i < ids.length; i += PAGE) {
    const page = await readTurns(db, ids.slice(i, i + PAGE), mostBytes);
    await print(format(page));
  }
  if (searched !== null) {
    console.warn(
      `only the last ${
        formatCount(searched)
      } turns were searched; name a --session, or --since to search further back`,
    );
  } else if (ids.length === 0) console.warn("no turn matches");
}

/** The absolute path of a directory, without a slash at its end. */
function directoryOf(path: string): string {
  return resolve(path).replace(/\/$/, "");
}

/** What makes one table of several pages. */
function tableOf({ color }: TurnsOptions): (turns: Turn[]) => string {
  const canvas = stdoutCanvas(color);
  const now = Date.now();
  let hasHeader = true;
  return (turns) => {
    const lines = turnTable(turns, { ...canvas, now, hasHeader });
    hasHeader = false;
    return lines.map((line) => `${line}\n`).join("");
  };
}
