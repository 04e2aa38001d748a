import { assertEquals } from "@std/assert";
import { utf8 } from "../support/bytes.ts";
import { at } from "../support/envelope.ts";
import {
  assertAgreesWithOracle,
  GOOD,
  lineWith,
  lineWithRaw,
  read,
} from "./hostile.ts";
import { assertBoundedMemory, DENSE_LINES, LONG_LINES } from "./long_line.ts";
import { linuxTest } from "./machine.ts";

Deno.test("SPEC 7: a line at the limit is read, one a byte longer is rejected as a whole", async () => {
  const limit = 600;
  const fill = (line: string, length: number) =>
    line.replace("FILL", "x".repeat(length - line.length + "FILL".length));
  const first = lineWithRaw("at the limit", "extra", '"FILL"');
  const later = lineWithRaw("later", "t", `"${at(1)}","extra":"FILL"`)
    .replace(/^\{("event":"[^"]*"),(.*)\}$/, "{$2,$1}");
  const other = '{"event":"turn.delta","line":"turn.user_message FILL"}';
  const unnamed = '{"t":"FILL","event":"turn.delta"}';
  const over = [
    fill(first, limit + 1),
    fill(later, limit + 1),
    // The text after the limit is neither a line nor the tail of a torn one.
    fill(`{"event":"turn.user_message","line":"FILL`, limit) + GOOD,
    fill(`turn.user_message FILL`, 100_000) + GOOD,
    fill(first, limit) + "\r",
  ];
  const lines = [
    fill(first, limit),
    fill(other, 10 * limit),
    fill(unnamed, 10 * limit),
    fill(later, limit),
    ...over.flatMap((line, i) => [line, lineWith(`good ${i}`)]),
  ];
  const log = lines.join("\n");
  const { prompts, rejected, dead } = await read(log, [
    "--max-line-bytes",
    `${limit}`,
  ]);
  assertEquals(prompts, [
    "at the limit",
    "later",
    ...over.map((_, i) => `good ${i}`),
  ]);
  assertEquals(
    rejected,
    over.map((_, i) => `${5 + 2 * i}: it is longer than ${limit} bytes`),
  );
  assertEquals(dead, over.map((line) => line + "\n").join(""));
  await assertAgreesWithOracle(utf8(log), limit);
});

for (const [name, line] of Object.entries(LONG_LINES)) {
  linuxTest(
    `SPEC 7: a line of 200 MB ${name} needs bounded memory`,
    () => assertBoundedMemory(line, 200),
  );
}

for (const [name, line] of Object.entries(DENSE_LINES)) {
  linuxTest(
    `SPEC 1: a line of 60 MB ${name} causes neither a crash nor a hang`,
    () => assertBoundedMemory(line, 60),
  );
}
