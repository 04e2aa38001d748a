import { assertEquals } from "@std/assert";
import type { Line } from "../../src/source/lines.ts";
import type { Outcome } from "../../src/output/output.ts";
import { TurnOutput } from "../../src/output/turn_output.ts";
import type { Turn } from "../../src/turns/turn.ts";
import { prompt } from "../support/envelope.ts";

Deno.test("TurnOutput writes the records of one event, be they more than a string holds", async () => {
  const text = "x".repeat(50e6);
  const turns = Array.from(
    { length: 12 },
    (_, id) => ({ id, userText: text }) as Turn,
  );
  const lengths: number[] = [];
  const sink = {
    write: (bytes: Uint8Array) =>
      Promise.resolve(void lengths.push(bytes.length)),
    check() {},
  };
  const output = new TurnOutput(sink, { skipReplayed: false });
  const applied = { turns, known: true, completed: false };
  const outcome: Outcome = { event: prompt(), applied };
  await output.take({} as Line, outcome);
  const written = lengths.reduce((sum, length) => sum + length);
  assertEquals(Math.floor(written / text.length), turns.length);
});
