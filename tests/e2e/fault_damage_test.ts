import { assert } from "@std/assert";
import { assertDefinedOnDamage } from "./damage.ts";

const COUNT = 18;

Deno.test(`SPEC 8: a truncated or bit-flipped database is told of in one sentence, or does no harm (${COUNT} seeds)`, async () => {
  const tally = await assertDefinedOnDamage(COUNT);
  console.log(`  ${JSON.stringify(tally)}`);
  if (Deno.env.get("SEED") !== undefined) return;
  assert(tally.refused > 0 && tally.whole > 0);
});
