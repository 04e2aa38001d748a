/**
 * The follower in random histories of its log, held against what was written.
 *
 * @module
 */

import {
  type History,
  play,
  randomHistory,
} from "../support/follow/history.ts";
import { forSeeds, FRESH_SEED } from "../support/seeds.ts";
import { shrinkList } from "../support/shrink.ts";

const HISTORIES = 5000;

/** What goes wrong in a history; `null` where nothing does. */
function failure(history: History): Promise<Error | null> {
  return play(history).then(() => null, (error: Error) => error);
}

async function assertReadsAll(history: History): Promise<void> {
  if (await failure(history) === null) return;
  const { customs } = history;
  const steps = await shrinkList(
    history.steps,
    async (steps) => await failure({ customs, steps }) !== null,
  );
  const error = await failure({ customs, steps });
  const texts = [customs, ...steps].map((part) => JSON.stringify(part));
  throw new Error(`${error}\nafter:\n${texts.join("\n")}`, { cause: error });
}

Deno.test(`SPEC 4, 7: Follower gives each line once and in order, whatever happens to its log (${HISTORIES} histories)`, () =>
  forSeeds(
    HISTORIES,
    (random) => assertReadsAll(randomHistory(random)),
    FRESH_SEED,
  ));
