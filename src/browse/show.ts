/**
 * The command `show`: one whole turn.
 *
 * @module
 */

import { Failure } from "../error.ts";
import { formatRecord } from "../output/record.ts";
import { stdoutForText } from "../output/sink.ts";
import { nameOf, readTurns, refuseForeignFiles } from "../store/open.ts";
import { terminalWidth } from "../terminal/size.ts";
import { escaped } from "../terminal/visible.ts";
import { turnView } from "./turn_view.ts";

/** What the command line asks for. */
export interface ShowOptions {
  /** The id of the turn. */
  id: number;
  /** The database: the path of a file, or an address that libpq takes. */
  db: string;
  /** Whether it is the default. */
  isDefaultDb: boolean;
  /** Write its record in place of text for people. */
  json: boolean;
  /** Whether colours are welcome; they are used on a terminal only. */
  color: boolean;
}

/**
 * Writes a turn to stdout. A terminal gets lines as wide as it is.
 *
 * @throws {Failure} Where there is no such turn, the database cannot be read, or
 * stdout not written.
 * @throws {ReaderGone} Where stdout is closed.
 */
export async function show(options: ShowOptions): Promise<void> {
  const { id, db } = options;
  if (options.isDefaultDb) refuseForeignFiles(db);
  const [turn] = await readTurns(db, [id]);
  if (turn === undefined) {
    throw new Failure(
      `database ${
        JSON.stringify(nameOf(db))
      } has no turn ${id}; turn-counter turns lists the last ones`,
    );
  }
  const isTerminal = Deno.stdout.isTerminal();
  const record = formatRecord(turn);
  const text = !options.json
    ? turnView(turn, {
      now: Date.now(),
      width: isTerminal ? terminalWidth() : Infinity,
      color: options.color && isTerminal,
    })
    : isTerminal
    ? `${escaped(record.trimEnd())}\n`
    : record;
  await stdoutForText.write(new TextEncoder().encode(text));
}
