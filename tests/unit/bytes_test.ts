import { assert, assertEquals } from "@std/assert";
import { ByteCollector, joinBytes } from "../../src/bytes.ts";

Deno.test("joinBytes concatenates pieces, and does not copy adjacent ones", () => {
  const buffer = Uint8Array.of(1, 2, 3, 4, 5);
  const [a, b, c] = [[0, 2], [2, 3], [3, 5]].map(([start, end]) =>
    buffer.subarray(start, end)
  );
  const joined = joinBytes([a, b, c]);
  assertEquals(joined, buffer);
  assertEquals(joined.buffer, buffer.buffer);
  assertEquals(joinBytes([b, c]), buffer.subarray(2));
  for (const pieces of [[a, c], [b, a], [a, a], [a, b.slice()]]) {
    const copied = joinBytes(pieces);
    assertEquals([...copied], pieces.flatMap((piece) => [...piece]));
    assert(copied.buffer !== buffer.buffer);
  }
  assertEquals(joinBytes([]), new Uint8Array());
});

Deno.test("ByteCollector collects bytes and texts of any size, and can be cleared", () => {
  const collector = new ByteCollector(4);
  for (const text of ["é", "", "👋".repeat(1000), "x"]) {
    collector.clear();
    collector.add(Uint8Array.of(97));
    collector.addText(text);
    collector.add(Uint8Array.of(98));
    assertEquals(new TextDecoder().decode(collector.bytes), `a${text}b`);
  }
  collector.clear();
  assertEquals(collector.bytes.length, 0);
});
