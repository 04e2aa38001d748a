import { Random } from "../../tools/gen_log/random.ts";
import { assertSurvivesKills, assertSurvivesKillsAtStart } from "./kills.ts";
import { MODES } from "./runs.ts";
import { INITIAL_DATABASES } from "./initial_databases.ts";

const KILLS = 6;
const KILLS_AT_START = 2;

MODES.forEach((mode, i) => {
  const start = Object.keys(INITIAL_DATABASES)[i];
  const seed = i + 1;
  Deno.test(`SPEC 4: kill -9 at ${KILLS} moments loses nothing (${mode}, ${start}, seed ${seed})`, async () => {
    await assertSurvivesKills(mode, start, KILLS, new Random(seed));
  });
});

for (const start of Object.keys(INITIAL_DATABASES)) {
  Deno.test(`SPEC 5: kill -9 at the start leaves a database unchanged or upgraded (${start})`, async () => {
    await assertSurvivesKillsAtStart(start, KILLS_AT_START, new Random(4));
  });
}
