import { assertShareDatabase } from "../e2e/writers.ts";

const EVENTS = 100_000;

for (const synchronous of ["off", "full"]) {
  Deno.test(`SPEC 2: four programs share one database without a loss (${EVENTS} events, ${synchronous})`, async () => {
    await assertShareDatabase(EVENTS, synchronous);
  });
}
