import { assertEquals } from "@std/assert";
import { ByteCollector } from "../../src/bytes.ts";
import { TurnOutput } from "../../src/output/turn_output.ts";
import type { Turn } from "../../src/turns/turn.ts";
import { prompt } from "../support/envelope.ts";

Deno.test("TurnOutput renders records of one event that do not fit into one string", () => {
  const text = "x".repeat(2e6);
  const turns = Array.from(
    { length: 270 },
    (_, id) => ({ id, userText: text }) as Turn,
  );
  const applied = { turns, change: "known" as const };
  const outcomes = [{ event: prompt(), applied, isSkipped: false }];
  const written = new ByteCollector(600e6);
  new TurnOutput().render({ outcomes, envelope: null }, written);
  assertEquals(Math.floor(written.bytes.length / text.length), turns.length);
});

Deno.test("TurnOutput leaves out skipped events", () => {
  const applied = { change: "known" as const, turns: [{} as Turn] };
  const outcomes = [{ event: prompt(), applied, isSkipped: true }];
  const written = new ByteCollector(1000);
  new TurnOutput().render({ outcomes, envelope: null }, written);
  assertEquals(written.bytes.length, 0);
});
