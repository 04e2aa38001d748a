/**
 * The command `show`: one whole turn.
 *
 * @module
 */

import { Failure } from "../error.ts";
import { print } from "../output/sink.ts";
import {
  databaseNamed,
  type NamedDatabase,
  readTurns,
  refuseForeignFiles,
} from "../store/open.ts";
import { stdoutCanvas } from "../terminal/size.ts";
import { recordsOf } from "./records.ts";
import { turnView } from "./turn_view.ts";

/** What the command line asks for. */
export interface ShowOptions extends NamedDatabase {
  /** The id of the turn. */
  id: number;
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
      `${
        databaseNamed(db)
      } has no turn ${id}; turn-counter turns lists the last ones`,
    );
  }
  const canvas = stdoutCanvas(options.color);
  await print(
    options.json
      ? recordsOf([turn])
      : turnView(turn, { ...canvas, now: Date.now() }),
  );
}
