import {
  assertSurvivesKills,
  assertSurvivesKillsAtStart,
} from "../e2e/kills.ts";
import { MODES } from "../e2e/runs.ts";
import { INITIAL_DATABASES } from "../e2e/initial_databases.ts";
import { forSeeds } from "../support/seeds.ts";

const SEEDS = 12;
const KILLS = 10;

for (const mode of MODES) {
  for (const start of Object.keys(INITIAL_DATABASES)) {
    Deno.test(`SPEC 4: kill -9 at ${SEEDS * KILLS} moments loses nothing (${mode}, ${start})`, async () => {
      await forSeeds(SEEDS, async (random) => {
        await assertSurvivesKills(mode, start, KILLS, random);
      });
    });
  }
}

for (const start of Object.keys(INITIAL_DATABASES)) {
  Deno.test(`SPEC 5: ${SEEDS * KILLS} kills at the start leave an old or a new database (${start})`, async () => {
    await forSeeds(SEEDS, async (random) => {
      await assertSurvivesKillsAtStart(start, KILLS, random);
    });
  });
}
