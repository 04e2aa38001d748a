/**
 * The behaviour of `@std/streams` on which `src/` and the tests rely.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { assert, assertEquals } from "@std/assert";

function lines(
  chunks: string[],
  options?: { allowCR?: boolean },
): Promise<string[]> {
  const text = ReadableStream.from(chunks);
  return Array.fromAsync(text.pipeThrough(new TextLineStream(options)));
}

/** All ways to split a text in two. */
function splits(text: string): string[][] {
  return Array.from(
    { length: text.length + 1 },
    (_, i) => [text.slice(0, i), text.slice(i)],
  );
}

Deno.test("TextLineStream splits at \\n and \\r\\n in any chunks", async () => {
  for (const chunks of splits("a\nbc\r\n\nd\r\n\r\ne\n")) {
    assertEquals(await lines(chunks), ["a", "bc", "", "d", "", "e"]);
  }
});

Deno.test("TextLineStream takes text after the last newline as a line", async () => {
  for (const chunks of splits("a\nbc")) {
    assertEquals(await lines(chunks), ["a", "bc"]);
  }
});

Deno.test("TextLineStream yields no line for an empty input", async () => {
  assertEquals(await lines([]), []);
  assertEquals(await lines(["", ""]), []);
  assertEquals(await lines(["\n"]), [""]);
});

Deno.test("TextLineStream keeps a \\r without a \\n", async () => {
  for (const chunks of splits("a\rb\r\r\nc\r")) {
    assertEquals(await lines(chunks), ["a\rb\r", "c\r"]);
  }
});

Deno.test("TextLineStream with allowCR splits at \\r too", async () => {
  for (const chunks of splits("a\rb\r\nc\r\rd\n\re\r")) {
    assertEquals(
      await lines(chunks, { allowCR: true }),
      ["a", "b", "c", "", "d", "", "e"],
    );
  }
});

Deno.test("TextLineStream keeps other line separators in the line", async () => {
  const text = "a\u2028b\u2029c\u0085d\ve\ff";
  assertEquals(await lines([`${text}\n`]), [text]);
});

Deno.test("TextLineStream yields a line before the next chunk arrives", async () => {
  const stream = new TextLineStream();
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const read = reader.read();
  await writer.write("a\nb");
  assertEquals(await read, { done: false, value: "a" });
  const rest = reader.read();
  await writer.close();
  assertEquals(await rest, { done: false, value: "b" });
  assertEquals((await reader.read()).done, true);
});

Deno.test("TextLineStream reads a line of many chunks in linear time", async () => {
  const chunk = "x".repeat(1000);
  const start = performance.now();
  const [line] = await lines([...Array(20_000).fill(chunk), "\n"]);
  assertEquals(line.length, 20_000_000);
  // To search the whole line again for each chunk would take minutes.
  assert(performance.now() - start < 60_000);
});
