import { assertEquals } from "@std/assert";
import { play, randomHistory } from "../support/follow/history.ts";
import { forSeeds } from "../support/seeds.ts";
import { shrinkList } from "../support/shrink.ts";

Deno.test("SPEC 4, 7: Follower gives each line once, in order, in random histories of its log", async () => {
  await forSeeds(1000, async (random) => {
    const history = randomHistory(random);
    const fails = async (steps: typeof history.steps) =>
      await failure(steps) !== null;
    const failure = (steps: typeof history.steps) =>
      play({ ...history, steps }).then(() => null, (error: Error) => error);
    if (!await fails(history.steps)) return;
    const steps = await shrinkList(history.steps, fails);
    const error = await failure(steps);
    assertEquals(steps, [], `${JSON.stringify(history.customs)}: ${error}`);
  });
});
