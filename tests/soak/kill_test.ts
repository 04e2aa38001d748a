import {
  assertSurvivesKills,
  assertSurvivesKillsAtStart,
} from "../e2e/kills.ts";
import { MODES } from "../e2e/lives.ts";
import { STARTS } from "../e2e/starts.ts";
import { forSeeds } from "../support/seeds.ts";

const SEEDS = 12;
const KILLS = 10;

for (const mode of MODES) {
  for (const start of Object.keys(STARTS)) {
    Deno.test(`SPEC 4: kill -9 at ${SEEDS * KILLS} random moments loses nothing and doubles nothing (${mode}, on ${start})`, async () => {
      await forSeeds(SEEDS, async (random) => {
        await assertSurvivesKills(mode, start, KILLS, random);
      });
    });
  }
}

for (const start of Object.keys(STARTS)) {
  Deno.test(`SPEC 5: kill -9 ${SEEDS * KILLS} times while the program starts leaves a database as it was or as it is to be (${start})`, async () => {
    await forSeeds(SEEDS, async (random) => {
      await assertSurvivesKillsAtStart(start, KILLS, random);
    });
  });
}
