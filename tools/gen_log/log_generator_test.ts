import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { logBytes, logLines } from "./log_generator.ts";
import { ITEM, KINDS, PROMPT } from "./profile.ts";

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
  const names = new Set([...KINDS.map(({ name }) => name), PROMPT, ITEM]);
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

Deno.test("logBytes() without turns holds neither of the names", () => {
  const options = { events: 1_000, giants: 1, giantBytes: 500_000 };
  const text = new TextDecoder().decode(logBytes({ ...options, turns: false }));
  assertEquals(text.includes(PROMPT), false);
  assertEquals(text.includes(ITEM), false);
});
