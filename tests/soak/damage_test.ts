import { assertDefinedOnDamage } from "../e2e/damage.ts";
import { assertRecovers } from "../e2e/torn_wal.ts";

const DATABASES = 1500;
const LOGS = 500;

Deno.test(`SPEC 8: a truncated or bit-flipped database is told of in one sentence, or does no harm (${DATABASES} seeds)`, async () => {
  const tally = await assertDefinedOnDamage(DATABASES);
  console.log(`  ${JSON.stringify(tally)}`);
});

Deno.test(`SPEC 4: whatever became of the write-ahead log of a crash, reading the log again comes to what one run comes to (${LOGS} seeds)`, async () => {
  await assertRecovers(LOGS);
});
