import { Random } from "../../tools/gen_log/random.ts";
import { assertSurvivesKills, assertSurvivesKillsAtStart } from "./kills.ts";
import { MODES } from "./lives.ts";
import { STARTS } from "./starts.ts";

const KILLS = 6;
const KILLS_AT_START = 4;

MODES.forEach((mode, i) => {
  const start = Object.keys(STARTS)[i];
  const seed = i + 1;
  Deno.test(`SPEC 4: kill -9 at ${KILLS} random moments loses nothing and doubles nothing (${mode}, on ${start}, seed ${seed})`, async () => {
    await assertSurvivesKills(mode, start, KILLS, new Random(seed));
  });
});

for (const start of Object.keys(STARTS)) {
  Deno.test(`SPEC 5: kill -9 while the program starts leaves a database as it was or as it is to be (${start}, seed 4)`, async () => {
    await assertSurvivesKillsAtStart(start, KILLS_AT_START, new Random(4));
  });
}
