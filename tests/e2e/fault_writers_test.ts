import { assertShares } from "./writers.ts";

const EVENTS = 2000;

Deno.test(`SPEC 2: four programs fill one database at once with ${EVENTS} events each, and nothing is locked, lost, doubled or skipped`, async () => {
  await assertShares(EVENTS, "off");
});
