/**
 * The command `forget`: erases the texts of turns.
 *
 * @module
 */

import { Failure } from "../error.ts";
import { print } from "../output/sink.ts";
import { instantOf } from "../status/since.ts";
import {
  databaseNamed,
  findForgettable,
  findSessions,
  openStore,
  refuseForeignFiles,
} from "../store/open.ts";
import { formatCount } from "../terminal/numbers.ts";
import type { ForgetArgs } from "./args/args.ts";

/** How many turns are erased in one commit: other programs may write between two. */
const BATCH = 200;

/**
 * Erases what the arguments select, and writes to stdout how many turns that
 * were.
 *
 * @throws {Failure} If a turn or the session is not there, the database cannot
 * be written, or another program prevents that all is erased.
 */
export async function forget(args: ForgetArgs): Promise<void> {
  const { db, session: sid, turns: ids, olderThan } = args;
  if (args.isDefaultDb) refuseForeignFiles(db);
  if (sid !== null) await refuseUnknown(db, sid);
  const now = Date.now();
  const found = await findForgettable(db, {
    ...{ sid, ids: ids.length > 0 ? ids : null },
    beforeMs: olderThan === null ? null : instantOf(olderThan, now),
  });
  if (ids.length > 0 && found.turns < new Set(ids).size) {
    await refuseMissing(db, ids);
  }
  let forgotten = found.ids.length;
  if (!args.dryRun) forgotten = await erase(db, found.ids, now);
  const verb = args.dryRun ? "would forget" : "forgot";
  const before = found.turns - found.ids.length;
  const rest = before > 0 ? `; ${formatCount(before)} forgotten before` : "";
  await print(
    `${verb} ${formatCount(forgotten)} ${
      forgotten === 1 ? "turn" : "turns"
    }${rest}\n`,
  );
}

/** @returns How many turns were forgotten. */
async function erase(
  db: string,
  ids: readonly number[],
  now: number,
): Promise<number> {
  using store = await openStore(db);
  let forgotten = 0;
  for (let i = 0; i < ids.length; i += BATCH) {
    const batch = ids.slice(i, i + BATCH);
    forgotten += await store.write(() => store.forget(batch, now));
  }
  // An earlier run may not have come this far.
  if (await store.eraseTraces()) return forgotten;
  throw new Failure(
    `the turns are forgotten, but another program reads ${
      databaseNamed(db)
    }, so that its files still hold their texts; end that program, then repeat this command`,
  );
}

/** @throws {Failure} If no session has exactly that id. */
async function refuseUnknown(db: string, sid: string): Promise<void> {
  const sids = await findSessions(db, sid);
  if (sids[0] === sid) return;
  const remedy = sids.length > 0
    ? `give the whole id: ${sids.join(" or ")}`
    : "turn-counter show ID shows the session of a turn";
  throw new Failure(
    `${databaseNamed(db)} has no session ${JSON.stringify(sid)}; ${remedy}`,
  );
}

/** @throws {Failure} That names the first turn that is not there. */
async function refuseMissing(db: string, ids: readonly number[]) {
  for (const id of ids) {
    const only = { ids: [id], sid: null, beforeMs: null };
    const { turns } = await findForgettable(db, only);
    if (turns > 0) continue;
    throw new Failure(
      `${
        databaseNamed(db)
      } has no turn ${id}, and nothing was forgotten; turn-counter turns lists the last ones`,
    );
  }
}
