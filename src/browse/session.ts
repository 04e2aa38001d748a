/**
 * The session that a person names by a part of its id.
 *
 * @module
 */

import { Failure } from "../error.ts";
import { databaseNamed, findSessions } from "../store/open.ts";

/**
 * The id of the one session that `part` names: its id, or how that begins or
 * ends, as `status` shows the end of ids.
 *
 * @throws {Failure} Where no session or more than one begins or ends so, or the
 * database cannot be read.
 */
export async function sessionNamed(db: string, part: string): Promise<string> {
  const sids = await findSessions(db, part);
  if (sids.length === 1) return sids[0];
  const named = JSON.stringify(part);
  throw new Failure(
    sids.length === 0
      ? `no session in ${
        databaseNamed(db)
      } begins or ends with ${named}; turn-counter turns lists the last turns with the ends of their sessions' ids`
      : `more than one session begins or ends with ${named}: ${
        sids.join(", ")
      }; give more of its id`,
  );
}
