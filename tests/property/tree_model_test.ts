/**
 * The follower of a directory in random histories of the session files below it,
 * held against what was written.
 *
 * @module
 */

import type { Random } from "../../tools/gen_log/random.ts";
import { MemoryCheckpoints } from "../support/follow/memory_checkpoints.ts";
import { forSeeds, FRESH_SEED } from "../support/seeds.ts";
import { TempDir } from "../support/temp.ts";
import { TreeLife } from "../support/tree/tree_life.ts";
import { ACTIONS, TreeWorld } from "../support/tree/tree_world.ts";

const HISTORIES = 500;

async function play(random: Random): Promise<void> {
  using dir = new TempDir();
  const world = new TreeWorld(dir.path);
  const checkpoints = new MemoryCheckpoints(() => world.nowMs);
  const isWatched = () => random.chance(0.7);
  let life = new TreeLife(world, checkpoints, isWatched());
  const history: string[] = [];
  try {
    for (let step = random.between(5, 60); step > 0; step--) {
      const action = random.pick([...ACTIONS, "work", "work", "end", "pass"]);
      history.push(action);
      if (action === "work") await life.work();
      else if (action === "pass") world.nowMs += random.below(100_000);
      else if (action === "end") {
        await (random.chance(0.5) ? life.stop() : life.crash());
        for (let more = random.below(4); more > 0; more--) {
          history.push(random.pick([...ACTIONS]));
          world.act(history.at(-1) as typeof ACTIONS[number], random);
        }
        life = new TreeLife(world, checkpoints, isWatched());
      } else world.act(action as typeof ACTIONS[number], random);
      if (random.chance(0.2)) await life.catchUp();
    }
    await life.catchUp();
    await life.stop();
  } catch (error) {
    throw new Error(`${error}\nafter: ${history.join(", ")}`, { cause: error });
  }
}

Deno.test(`SPEC 10: a followed directory gives each line once, whatever happens to its files (${HISTORIES} histories)`, () =>
  forSeeds(HISTORIES, play, FRESH_SEED));
