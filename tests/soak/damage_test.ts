import { assertHandlesDamage } from "../e2e/damage.ts";
import { assertRecovers } from "../e2e/torn_wal.ts";

const DATABASES = 1500;
const LOGS = 500;

Deno.test(`SPEC 8: a damaged database is reported in one sentence, or harmless (${DATABASES} seeds)`, async () => {
  const tally = await assertHandlesDamage(DATABASES);
  console.log(`  ${JSON.stringify(tally)}`);
});

Deno.test(`SPEC 4: a damaged write-ahead log loses no event that is read again (${LOGS} seeds)`, async () => {
  await assertRecovers(LOGS);
});
