import { assertShares } from "../e2e/writers.ts";

const EVENTS = 100_000;

for (const synchronous of ["off", "full"]) {
  Deno.test(`SPEC 2: four programs fill one database at once with ${EVENTS} events each, synchronous ${synchronous}, and nothing is locked, lost, doubled or skipped`, async () => {
    await assertShares(EVENTS, synchronous);
  });
}
