import { assert, assertEquals } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { forSeeds } from "../support/seeds.ts";
import { fold, records } from "../support/database.ts";
import { answer, at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { turnCounter } from "./program.ts";

const HOUR = 3600;

/** The clocks of logs: the seconds of each event by its number. */
const CLOCKS: Record<string, (random: Random) => (i: number) => number> = {
  "runs backwards for hours": () => (i) => 24 * HOUR - i * 90,
  "goes back an hour, as at the end of summer": () => (i) =>
    i * 60 - (i < 100 ? 0 : HOUR),
  "is corrected repeatedly": (random) => (i) =>
    i * 30 + random.pick([0, 0, 0, -HOUR, HOUR, -5]),
  "stands still": () => () => 0,
  "jumps back to 1970 and forth":
    () => (i) => (i % 50 < 25 ? i : -1_763_467_200 + i),
};

/** Some turns of two processes, with turn ids or without. */
function events(random: Random, clock: (i: number) => number): TurnEvent[] {
  const named = random.chance(0.5);
  let turn = 0;
  return Array.from({ length: 200 }, (_, i) => {
    const isPrompt = i === 0 || random.chance(0.4);
    if (isPrompt) turn++;
    const fields = {
      pid: random.below(2),
      t: at(clock(i)),
      text: `${i}`,
      turnId: named ? `${turn}` : null,
    };
    return isPrompt ? prompt(fields) : answer(fields);
  });
}

for (const [name, clockOf] of Object.entries(CLOCKS)) {
  Deno.test(`SPEC 2, 3: turn-counter agrees with the oracle if a log's clock ${name}`, async () => {
    await forSeeds(2, async (random) => {
      using dir = new TempDir();
      const log = events(random, clockOf(random));
      const oracle = new Oracle();
      const emitted = log.map((event) => oracle.emit(event)).join("");
      const db = dir.file("turns.db");
      const ended = await turnCounter(
        [
          "--source",
          dir.write("log", logOf(log)),
          "--db",
          db,
          "--synchronous",
          "off",
        ],
      );
      assertEquals([ended.code, ended.stderr], [0, ""]);
      assertEquals(ended.stdout, emitted);
      assertEquals(records(db), oracle.records());
      assertEquals(fold(ended.stdout), records(db));
      assert(records(db).every(({ duration_ms: ms }) => ms as number >= 0));
    });
  });
}
