import { assertEachGetsOn, assertShares } from "./writers.ts";

const EVENTS = 2000;
const TURNS = 3000;

Deno.test(`SPEC 2: four programs fill one database at once with ${EVENTS} events each, and nothing is locked, lost, doubled or skipped`, async () => {
  await assertShares(EVENTS, "off");
});

Deno.test(`four programs in backlog on loaded cores, ${TURNS} turns each, all get on and none fails`, async () => {
  await assertEachGetsOn(TURNS);
});
