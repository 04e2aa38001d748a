import { assertEquals } from "@std/assert";
import { describe, findDefect } from "../fuzz/find.ts";
import { assertBoundedMemory, LONG_LINES } from "../e2e/long_line.ts";
import { linuxTest } from "../e2e/machine.ts";
import { COMMAND } from "../e2e/program.ts";

const SEED = +(Deno.env.get("SEED") ?? 1000);
const ROUNDS = 1000;

Deno.test(`SPEC 1: turn-counter agrees with the oracle on ${ROUNDS} hostile logs (seed ${SEED})`, async () => {
  const search = { seed: SEED, rounds: ROUNDS, lines: 300 };
  const finding = await findDefect(COMMAND, search);
  assertEquals(finding && describe(finding), null);
});

for (const [name, line] of Object.entries(LONG_LINES)) {
  linuxTest(
    `SPEC 7: a line of 2 GB ${name} needs bounded memory`,
    () => assertBoundedMemory(line, 2000),
  );
}
