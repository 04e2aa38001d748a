import { assertNoneStarves, assertShareDatabase } from "./writers.ts";

const EVENTS = 2000;
const TURNS = 4000;

Deno.test(`SPEC 2: four programs share one database, ${EVENTS} events each, without a loss`, async () => {
  await assertShareDatabase(EVENTS, "off");
});

Deno.test(`four programs in backlog on a busy machine, ${TURNS} turns each: none starves or fails`, async () => {
  await assertNoneStarves(TURNS);
});
