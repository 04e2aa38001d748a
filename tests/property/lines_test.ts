import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { codex } from "../../src/dialect/sse/sse.ts";
import type { Decoded } from "../../src/turns/event.ts";
import { CandidateFilter } from "../../src/source/candidate_filter.ts";
import { candidateLines, isMark, LineReader } from "../../src/source/lines.ts";
import { anyBytes, anyPieces, disguise, mutate } from "../fuzz/damage.ts";
import { logBytes } from "../../tools/gen_log/log_generator.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { agentEvents, anyChunks } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

const LIMIT = 1 << 20;

/** What is decoded of a log, by line number; ignored lines are left out. */
type Outcome = [line: number, decoded: Decoded][];

function isTold({ event, rejection }: Decoded): boolean {
  return event !== null || rejection !== null;
}

/** Decodes the lines that the filter lets through. */
async function filtered(chunks: Uint8Array[]): Promise<Outcome> {
  const outcome: Outcome = [];
  const filter = new CandidateFilter(codex.shape, { maxLineBytes: LIMIT });
  const lines = new LineReader(
    candidateLines(ReadableStream.from(chunks), filter),
  );
  for (let line = await lines.next(); line; line = await lines.next()) {
    if (isMark(line)) continue;
    outcome.push([line.number, codex.decode(line.text!)]);
  }
  return outcome.filter(([, decoded]) => isTold(decoded));
}

/** Decodes every line. */
async function unfiltered(bytes: Uint8Array): Promise<Outcome> {
  const lines = ReadableStream.from([bytes as Uint8Array<ArrayBuffer>])
    .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
    .pipeThrough(new TextLineStream());
  const decoded = (await Array.fromAsync(lines)).map(codex.decode);
  return decoded
    .map((decoded, i): Outcome[number] => [i + 1, decoded])
    .filter(([, decoded]) => isTold(decoded));
}

async function assertSame(random: Random, bytes: Uint8Array): Promise<number> {
  const expected = await unfiltered(bytes);
  assertEquals(await filtered(anyChunks(random, bytes)), expected);
  return expected.length;
}

const encoder = new TextEncoder();

Deno.test("SPEC 1: the filter changes nothing on the golden log, whatever the chunks", async () => {
  const golden = Deno.readFileSync("testdata/golden.jsonl");
  await forSeeds(30, async (random) => {
    assertEquals(await assertSame(random, golden), 39);
  });
});

Deno.test("SPEC 1: a log comes to the same however its bytes are cut, inside characters too", async () => {
  await forSeeds(30, async (random) => {
    const lines = agentEvents(random, 60).map((event) => lineOf(event) + "\n");
    const told = await assertSame(random, encoder.encode(lines.join("")));
    assertEquals(told, 60);
  });
});

Deno.test("SPEC 1: the filter changes nothing on generated logs with all variants, torn and doubled lines", async () => {
  await forSeeds(6, async (random) => {
    const seed = random.below(1e9);
    const log = { seed, events: 1500, prompts: 40, variants: 0.5 };
    const bytes = logBytes({ ...log, torn: 0.02, duplicates: 0.02 });
    assert(await assertSame(random, bytes) > 40);
  });
});

Deno.test("SPEC 1: the filter changes nothing whatever the keys' order, white space and escapes", async () => {
  await forSeeds(40, async (random) => {
    const lines = agentEvents(random, 40).map((event) =>
      disguise(random, lineOf(event))
    );
    const told = await assertSame(random, encoder.encode(lines.join("\n")));
    assertEquals(told, 40);
  });
});

Deno.test("SPEC 1: the filter changes nothing on mutated envelopes", async () => {
  await forSeeds(60, async (random) => {
    const lines = agentEvents(random, 30).map((event) => lineOf(event) + "\n");
    const bytes = encoder.encode(lines.join(""));
    for (let i = 0; i < 60; i++) mutate(random, bytes);
    await assertSame(random, bytes);
  });
});

Deno.test("SPEC 1: the filter changes nothing on random bytes, nor on random pieces of envelopes", async () => {
  await forSeeds(60, async (random) => {
    await assertSame(random, anyPieces(random, 3000, lineOf(prompt())));
    await assertSame(random, anyBytes(random, 20_000));
  });
});
