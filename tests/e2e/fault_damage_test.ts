import { assert } from "@std/assert";
import { assertHandlesDamage } from "./damage.ts";

const COUNT = 18;

Deno.test(`SPEC 8: a damaged database is reported in one sentence, or harmless (${COUNT} seeds)`, async () => {
  const tally = await assertHandlesDamage(COUNT);
  console.log(`  ${JSON.stringify(tally)}`);
  if (Deno.env.get("SEED") !== undefined) return;
  assert(tally.refused > 0 && tally.whole > 0);
});
