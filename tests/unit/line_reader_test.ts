import { assertEquals, assertRejects } from "@std/assert";
import { sse } from "../../src/dialect/sse/sse.ts";
import {
  isMark,
  type Item,
  type Line,
  LineReader,
  textOf,
} from "../../src/source/lines.ts";

const file = { id: 0, name: "log", isResumed: false };
const encoder = new TextEncoder();

function lineOf(text: string): Line {
  return {
    ...{ file, decoder: sse.decoder(null), number: 1, start: 0, end: 0 },
    ...{ limit: 100, isOther: false, spool: null },
    bytes: encoder.encode(text),
  };
}

function textsOf(items: Item[] | undefined) {
  return items?.map((item) => isMark(item) ? "mark" : textOf(item.bytes!));
}

async function* batches(...items: Item[][]): AsyncGenerator<Item[]> {
  yield* items;
}

Deno.test("textOf reads a line without its end, and nothing else is left out", () => {
  const texts = ["a\n", "b\r\n", "\uFEFFc\n", "d\re\n", "\n"].map((text) =>
    textOf(encoder.encode(text))
  );
  assertEquals(texts, ["a", "b", "\uFEFFc", "d\re", ""]);
  assertEquals(textOf(Uint8Array.of(0xe2, 0x82, 10)), "\uFFFD");
});

Deno.test("LineReader returns lines and marks in order", async () => {
  const mark = { position: () => ({}) as never };
  const reader = new LineReader(() =>
    batches([lineOf("a\n"), mark], [lineOf("b\n")])
  );
  assertEquals(textsOf(await reader.next()), ["a", "mark"]);
  assertEquals(textsOf(await reader.next()), ["b"]);
  assertEquals(await reader.next(), undefined);
});

Deno.test("LineReader returns once without lines before its source waits", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const reader = new LineReader(async function* (beforeWait) {
    yield [lineOf("a\n")];
    beforeWait();
    await promise;
    yield [lineOf("b\n")];
  });
  assertEquals(textsOf(await reader.next()), ["a"]);
  assertEquals(await reader.next(), []);
  const next = reader.next();
  resolve();
  assertEquals(textsOf(await next), ["b"]);
  assertEquals(await reader.next(), undefined);
});

Deno.test("LineReader returns without lines where other lines take long", async () => {
  const reader = new LineReader(() => batches([], [lineOf("a\n")]));
  assertEquals(await reader.next(), []);
  assertEquals(textsOf(await reader.next()), ["a"]);
});

Deno.test("LineReader returns the lines before an error, then throws it", async () => {
  const reader = new LineReader(async function* () {
    yield [lineOf("a\n")];
    throw new Error("torn");
  });
  assertEquals(textsOf(await reader.next()), ["a"]);
  await assertRejects(() => reader.next(), Error, "torn");
});

Deno.test("LineReader ends a wait where it is stopped", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const reader = new LineReader(async function* () {
    try {
      await promise;
      yield [lineOf("a\n")];
    } finally {
      closed.resolve();
    }
  });
  const next = reader.next();
  reader.stop();
  assertEquals(await next, undefined);
  assertEquals(await reader.next(), undefined);
  resolve();
  // The read that has started ends, and then its source.
  await closed.promise;
});
