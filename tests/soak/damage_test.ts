import { assertDefinedOnDamage } from "../e2e/damage.ts";
import { assertRecovers } from "../e2e/torn_wal.ts";

const COUNT = 1500;

Deno.test(`SPEC 8: a truncated or bit-flipped database is told of in one sentence, or does no harm (${COUNT} seeds)`, async () => {
  const tally = await assertDefinedOnDamage(COUNT);
  console.log(`  ${JSON.stringify(tally)}`);
});

Deno.test(`SPEC 4: whatever became of the write-ahead log of a crash, reading the log again comes to what one run comes to (${COUNT} seeds)`, async () => {
  await assertRecovers(COUNT);
});
