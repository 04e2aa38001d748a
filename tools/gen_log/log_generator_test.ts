import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { logBytes, logLines } from "./log_generator.ts";
import {
  ABORTED,
  COMPLETED,
  ITEM,
  KINDS,
  PROMPT,
  SHUTDOWN,
  TURN_EVENTS,
} from "./profile.ts";

function countOf(lines: string[], name: string): number {
  return lines.filter((line) => line.startsWith(`{"event":"${name}"`)).length;
}

Deno.test("logLines() gives the same log for the same options", () => {
  const options = {
    events: 400,
    prompts: 80,
    variants: 0.5,
    torn: 0.05,
    duplicates: 0.05,
  };
  assertEquals([...logLines(options)], [...logLines(options)]);
  assertEquals(
    [...logLines(options)].join() === [...logLines({ ...options, seed: 2 })]
      .join(),
    false,
  );
});

Deno.test("logLines() keeps to the published proportions", () => {
  const lines = [...logLines({ events: 28_494 })];
  assertEquals(lines.length, 28_494);
  // 1,426 prompts and 3,797 finished items in ten times as many.
  assertGreater(countOf(lines, PROMPT), 135);
  assertLess(countOf(lines, PROMPT), 150);
  assertGreater(countOf(lines, ITEM), 360);
  assertLess(countOf(lines, ITEM), 400);
  // 1,250 completed and 120 aborted turns, 300 processes that ended.
  assertGreater(countOf(lines, COMPLETED), 115);
  assertLess(countOf(lines, COMPLETED), 135);
  assertGreater(countOf(lines, ABORTED), 4);
  assertLess(countOf(lines, ABORTED), 25);
  assertGreater(countOf(lines, SHUTDOWN), 15);
  assertLess(countOf(lines, SHUTDOWN), 45);
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  assertGreater(bytes, 20e6);
  assertLess(bytes, 28e6);
});

Deno.test("logLines() writes every line as JSON where none is torn", () => {
  for (const line of logLines({ events: 2_000, prompts: 200, variants: 0.7 })) {
    assertEquals(typeof JSON.parse(line), "object");
  }
});

Deno.test("logLines() with variants leaves no event without its parts", () => {
  const names = new Set([...KINDS.map(({ name }) => name), ...TURN_EVENTS]);
  for (const line of logLines({ events: 2_000, prompts: 200, variants: 1 })) {
    const envelope = JSON.parse(line);
    const data = typeof envelope.line === "string"
      ? JSON.parse(envelope.line.replace(/^data:/, ""))
      : envelope.line;
    assertEquals(names.has(envelope.event ?? data.type), true, line);
    assertEquals(typeof envelope.sid, "string");
    assertEquals(typeof envelope.t, "string");
  }
});

Deno.test("logLines() makes giants of the size that was asked for", () => {
  const giantBytes: [number, number] = [200_000, 400_000];
  const sizes = [
    ...logLines({ events: 1_000, giants: 3, giantBytes, turns: false }),
  ]
    .map((line) => line.length).filter((length) => length >= 200_000);
  assertEquals(sizes, [200_000, 300_000, 400_000]);
});

Deno.test("logLines() ends each turn once, after its prompt and its last message", () => {
  const ended = new Map<string, number>();
  const begun = new Set<string>();
  for (const line of logLines({ events: 4_000, prompts: 300 })) {
    const { event, sid, metadata } = JSON.parse(line);
    const { pid, turn_id } = JSON.parse(metadata);
    const turn = `${sid} ${pid} ${turn_id}`;
    if (event === PROMPT) begun.add(turn);
    if (event === COMPLETED || event === ABORTED) {
      assertEquals(begun.has(turn), true, line);
      ended.set(turn, (ended.get(turn) ?? 0) + 1);
    }
    const isMessage = event === ITEM && line.includes("output_text");
    assertEquals(isMessage && ended.has(turn), false, line);
  }
  assertEquals([...ended.values()].every((count) => count === 1), true);
  // The last turns are still running, and few were killed.
  assertGreater(ended.size, 0.9 * begun.size);
});

Deno.test("logBytes() without turns holds none of the names", () => {
  const options = { events: 1_000, giants: 1, giantBytes: 500_000 };
  const text = new TextDecoder().decode(logBytes({ ...options, turns: false }));
  for (const name of TURN_EVENTS) assertEquals(text.includes(name), false);
});
