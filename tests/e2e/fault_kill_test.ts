import { Random } from "../../tools/log_generator/random.ts";
import { assertSurvivesKills, MODES, STARTS } from "./kills.ts";

const KILLS = 8;

MODES.forEach((mode, i) => {
  const start = Object.keys(STARTS)[i];
  const seed = i + 1;
  Deno.test(`SPEC 4: kill -9 at ${KILLS} random moments loses nothing and doubles nothing (${mode}, on ${start}, seed ${seed})`, async () => {
    await assertSurvivesKills(mode, start, KILLS, new Random(seed));
  });
});
