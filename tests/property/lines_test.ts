import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import type { Decoded } from "../../src/dialect/dialect.ts";
import { sse } from "../../src/dialect/sse/sse.ts";
import { LineSplitter } from "../../src/source/line_splitter.ts";
import { isMark, type Item, LineReader } from "../../src/source/lines.ts";
import { anyBytes, anyPieces, disguise, mutate } from "../fuzz/damage.ts";
import { logBytes } from "../../tools/gen_log/log_generator.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { claudeLines } from "../support/claude_log.ts";
import { agentEvents, anyChunks } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

const LIMIT = 1 << 20;

/** The decoded lines of a log, by line number; ignored lines are left out. */
type Outcome = [line: number, decoded: Decoded][];

function isDecoded({ events, rejection }: Decoded): boolean {
  return events.length > 0 || rejection !== null;
}

/** The lines that pass the prefilter. */
async function* split(chunks: Uint8Array[]): AsyncGenerator<Item[]> {
  const file = { id: 0, name: "log", isResumed: false };
  const splitter = new LineSplitter(file, { maxLineBytes: LIMIT });
  for (const chunk of chunks) yield await splitter.push(chunk);
  yield splitter.end();
}

/** Decodes the lines that pass the prefilter. */
async function filtered(chunks: Uint8Array[]): Promise<Outcome> {
  const outcome: Outcome = [];
  const reader = new LineReader(() => split(chunks));
  for (let items; (items = await reader.next()) !== undefined;) {
    for (const item of items) {
      if (isMark(item)) continue;
      const { number, text, bytes, decoder } = item;
      outcome.push([number, decoder.decode(text!, bytes!)]);
    }
  }
  return outcome.filter(([, decoded]) => isDecoded(decoded));
}

/** Decodes every line. */
async function unfiltered(bytes: Uint8Array): Promise<Outcome> {
  const texts = ReadableStream.from([bytes as Uint8Array<ArrayBuffer>])
    .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
    .pipeThrough(new TextLineStream());
  const decoder = sse.decoder(null);
  let start = 0;
  const decoded: Outcome = [];
  for await (const text of texts) {
    const end = bytes.indexOf(10, start);
    const line = end < 0
      ? Uint8Array.of(...bytes.subarray(start), 10)
      : bytes.slice(start, end + 1);
    start += line.length;
    const zeros = line.findIndex((byte) => byte !== 0);
    const rest = decoder.decode(text.slice(zeros), line.subarray(zeros));
    decoded.push([decoded.length + 1, rest]);
  }
  return decoded.filter(([, decoded]) => isDecoded(decoded));
}

async function assertSame(random: Random, bytes: Uint8Array): Promise<number> {
  const expected = await unfiltered(bytes);
  assertEquals(await filtered(anyChunks(random, bytes)), expected);
  return expected.length;
}

const encoder = new TextEncoder();

Deno.test("SPEC 1: the prefilter changes nothing on the golden log, in any chunks", async () => {
  const golden = Deno.readFileSync("testdata/golden.jsonl");
  await forSeeds(20, async (random) => {
    assertEquals(await assertSame(random, golden), 59);
  });
});

Deno.test("SPEC 1: a log decodes the same in any chunks, even if they divide characters", async () => {
  await forSeeds(30, async (random) => {
    const lines = agentEvents(random, 60).map((event) => lineOf(event) + "\n");
    const decoded = await assertSame(random, encoder.encode(lines.join("")));
    assertEquals(decoded, 60);
  });
});

Deno.test("SPEC 1: the prefilter changes nothing on generated logs with variants and torn lines", async () => {
  await forSeeds(6, async (random) => {
    const seed = random.below(1e9);
    const log = { seed, events: 1500, prompts: 40, variants: 0.5 };
    const bytes = logBytes({ ...log, torn: 0.02, duplicates: 0.02 });
    assert(await assertSame(random, bytes) > 40);
  });
});

Deno.test("SPEC 1: the prefilter changes nothing for any order of keys, white space and escapes", async () => {
  await forSeeds(20, async (random) => {
    const lines = agentEvents(random, 40).map((event) =>
      disguise(random, lineOf(event))
    );
    const decoded = await assertSame(random, encoder.encode(lines.join("\n")));
    assertEquals(decoded, 40);
  });
});

Deno.test("SPEC 1: the prefilter changes nothing on logs of Claude Code, in any form", async () => {
  await forSeeds(20, async (random) => {
    const lines = claudeLines(random, 150).map((line) => {
      if (random.chance(0.1)) return disguise(random, line);
      return random.chance(0.1) ? line.slice(0, random.below(300)) : line;
    });
    const glued = lines.map((line) => line + random.pick(["\n", "\n", ""]));
    const bytes = encoder.encode(glued.join(""));
    assert(await assertSame(random, bytes) > 10);
    for (let i = 0; i < 100; i++) mutate(random, bytes);
    await assertSame(random, bytes);
  });
});

Deno.test("SPEC 1: the prefilter changes nothing on mutated envelopes", async () => {
  await forSeeds(30, async (random) => {
    const lines = agentEvents(random, 30).map((event) => lineOf(event) + "\n");
    const bytes = encoder.encode(lines.join(""));
    for (let i = 0; i < 60; i++) mutate(random, bytes);
    await assertSame(random, bytes);
  });
});

Deno.test("SPEC 1: the prefilter changes nothing on random bytes and pieces of envelopes", async () => {
  await forSeeds(30, async (random) => {
    await assertSame(random, anyPieces(random, 3000, lineOf(prompt())));
    await assertSame(random, anyBytes(random, 20_000));
  });
});
