import { assert, assertEquals, assertRejects } from "@std/assert";
import { constants, gunzipSync } from "node:zlib";
import { decompressed } from "../../src/source/compressed/decompress.ts";
import { logBytes } from "../../tools/gen_log/log_generator.ts";
import { concat } from "../support/bytes.ts";
import { anyChunks } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";
import { TempDir } from "../support/temp.ts";

const encoder = new TextEncoder();
const LOG = logBytes({ events: 60, prompts: 10 });
const TRUNCATED = "its gzip data ends in the middle";
const CORRUPT = "its gzip data is corrupt";
const FOREIGN = "its gzip data is followed by something else";

/** Compresses bytes with the program `gzip`. */
async function gzip(bytes: Uint8Array, level = "-6"): Promise<Uint8Array> {
  const child = new Deno.Command("gzip", {
    args: ["-c", level],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = new Blob([bytes as BlobPart]).stream().pipeTo(child.stdin);
  const [{ stdout }] = await Promise.all([child.output(), input]);
  return stdout;
}

function join(...parts: Uint8Array[]): Uint8Array {
  return concat(parts);
}

function bytewise(bytes: Uint8Array): Uint8Array[] {
  return [...bytes].map((byte) => Uint8Array.of(byte));
}

/** Chunks that are overwritten when the next one is read, like those of a file. */
async function* fleeting(chunks: Iterable<Uint8Array>) {
  for (const chunk of chunks) {
    const buffer = chunk.slice();
    yield buffer;
    buffer.fill(0x55);
  }
}

/** The bytes of a stream after decompression, and the damage reported in it. */
async function outcome(
  chunks: Iterable<Uint8Array>,
): Promise<[Uint8Array, string[]]> {
  const reasons: string[] = [];
  const output: Uint8Array[] = [];
  const bytes = decompressed(
    "log",
    fleeting(chunks),
    (reason) => reasons.push(reason),
  );
  for await (const chunk of bytes) output.push(chunk.slice());
  return [join(...output), reasons];
}

Deno.test("decompressed() passes plain bytes through, chunk by chunk", async () => {
  for (
    const chunks of [
      [],
      [[]],
      [[1]],
      [[0x1f]],
      [[0x1f], [0x1f, 0x8b]],
      [[], [0x1f], [], [0x8a], [1]],
      [[0x1f, 0x8c, 8, 0]],
      [[0x7b], [0x1f, 0x8b]],
      [[0x7b, 0x22], [0x1f, 0x8b, 8]],
    ].map((chunks) => chunks.map((bytes) => Uint8Array.from(bytes)))
  ) assertEquals(await outcome(chunks), [join(...chunks), []]);

  const chunks = [encoder.encode("{}"), encoder.encode("\n{}")];
  const passed = decompressed("log", ReadableStream.from(chunks), () => {});
  for (const chunk of chunks) {
    assert((await passed.next()).value!.buffer === chunk.buffer, "a copy");
  }
});

Deno.test("decompressed() yields the first byte of plain text before it reads the second", async () => {
  let reads = 0;
  const slow = (async function* () {
    for (const byte of encoder.encode("{}")) {
      reads++;
      yield Uint8Array.of(byte);
    }
  })();
  const passed = decompressed("log", slow, () => {});
  assertEquals((await passed.next()).value, encoder.encode("{"));
  assertEquals(reads, 1);
});

Deno.test("decompressed() decompresses one or several gzip members in chunks of any size", async () => {
  const noise = Uint8Array.from({ length: 9000 }, (_, i) => i * i * 7 >> 3);
  const plain = [LOG, LOG, new Uint8Array(), noise, encoder.encode("x")];
  const levels = ["-1", "-9", "-6", "-6", "-6"];
  const packed = await Promise.all(plain.map((p, i) => gzip(p, levels[i])));
  await forSeeds(12, async (random) => {
    const picks = Array.from(
      { length: random.between(1, 4) },
      () => random.below(packed.length),
    );
    const padding = new Uint8Array(random.pick([0, 0, 1, 600]));
    const stream = join(...picks.map((i) => packed[i]), padding);
    const [bytes, reasons] = await outcome(anyChunks(random, stream));
    assertEquals(reasons, []);
    assertSame(bytes, join(...picks.map((i) => plain[i])));
  });
});

/** Like `assertEquals`, which is slow on long arrays. */
function assertSame(bytes: Uint8Array, expected: Uint8Array): void {
  assertEquals(bytes.length, expected.length);
  const at = bytes.findIndex((byte, i) => byte !== expected[i]);
  assertEquals(at, -1, `other bytes from ${at} on`);
}

Deno.test("decompressed() skips all optional fields of a header", async () => {
  using dir = new TempDir();
  const text = encoder.encode("hello");
  const { stdout: named } = await new Deno.Command("gzip", {
    args: ["-c", dir.write("named.jsonl", text)],
  }).output();
  assertEquals(named[3], 8);
  const bare = await gzip(text);
  const parts = [3, 0, 0x1f, 0x8b, 0, ...encoder.encode("name\0comment\0")];
  const full = join(
    Uint8Array.of(0x1f, 0x8b, 8, 0x1f, ...bare.subarray(4, 10)),
    Uint8Array.of(...parts, 0, 0),
    bare.subarray(10),
  );
  for (const stream of [named, full]) {
    assertEquals(await outcome([stream]), [text, []]);
    assertEquals(await outcome(bytewise(stream)), [text, []]);
    for (let cut = 2; cut < stream.length - 8 - bare.length + 18; cut++) {
      const truncated = [stream.subarray(0, cut)];
      assertEquals(await outcome(truncated), [new Uint8Array(), [TRUNCATED]]);
    }
  }
});

Deno.test("decompressed() yields all bytes before the end of a truncated stream", async () => {
  const first = await gzip(LOG);
  const stream = join(first, await gzip(LOG));
  const text = join(LOG, LOG);
  const seams = [0, first.length, stream.length];
  // Every cut near a header or a trailer, and some between.
  const cuts = seams
    .flatMap((seam) => Array.from({ length: 41 }, (_, i) => seam + i - 20))
    .filter((cut) => cut > 1 && cut <= stream.length);
  await forSeeds(100, async (random) => {
    const cut = cuts.pop() ?? random.between(2, stream.length);
    const part = stream.subarray(0, cut);
    const [bytes, reasons] = await outcome(anyChunks(random, part));
    const expectedReasons = seams.includes(cut) ? [] : [TRUNCATED];
    assertEquals(reasons, expectedReasons, `cut at ${cut}`);
    const { Z_SYNC_FLUSH } = constants;
    // zlib does not take the magic bytes alone for a member.
    const known = cut === first.length + 1 ? first : part;
    const expected = gunzipSync(known, { finishFlush: Z_SYNC_FLUSH });
    assertSame(bytes, text.subarray(0, expected.length));
  });
});

Deno.test("decompressed() reports every flipped bit except those without a meaning", async () => {
  const packed = await gzip(encoder.encode("hello, hello, hello"));
  // Time, extra flags and system; that the data is text.
  const meaningless = new Set([4, 5, 6, 7, 8, 9].map((byte) => byte * 8));
  for (let bit = 16; bit < packed.length * 8; bit++) {
    if (meaningless.has(bit - bit % 8) || bit === 3 * 8) continue;
    const flipped = packed.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    const [, reasons] = await outcome([flipped]);
    assertEquals(reasons.length, 1, `bit ${bit}`);
    assert([TRUNCATED, CORRUPT, FOREIGN].includes(reasons[0]));
  }
});

Deno.test("decompressed() yields the bytes before corrupt data and before a wrong checksum", async () => {
  const first = await gzip(LOG);
  for (const byte of [-8, -1]) {
    const wrongSum = join(first, first);
    wrongSum[first.length + byte] ^= 1;
    const [bytes, reasons] = await outcome([wrongSum]);
    assertEquals(reasons, [CORRUPT]);
    assertSame(bytes, LOG);
  }
  // A block of a type that does not exist.
  const header = first.subarray(0, 10);
  const unknown = join(first, header, Uint8Array.of(7), first);
  const [bytes, reasons] = await outcome([unknown]);
  assertEquals(reasons, [CORRUPT]);
  assertSame(bytes, LOG);
  assertEquals((await outcome([Uint8Array.of(0x1f, 0x8b, 7, 0)]))[1], [
    CORRUPT,
  ]);
});

Deno.test("decompressed() reports and drops bytes after the last member", async () => {
  const packed = await gzip(LOG);
  for (const garbage of ["{}\n", "\0\0{}", "\x1f\x1f"]) {
    const stream = join(packed, encoder.encode(garbage));
    for (const chunks of [[stream], bytewise(stream)]) {
      const [bytes, reasons] = await outcome(chunks);
      assertEquals(reasons, [FOREIGN]);
      assertSame(bytes, LOG);
    }
  }
});

Deno.test("decompressed() decompresses little ahead of its reader, at any ratio", async () => {
  const zeros = await gzip(new Uint8Array(1 << 26), "-9");
  const before = Deno.memoryUsage().external;
  const bytes = decompressed("log", fleeting([zeros]), () => {});
  let size = (await bytes.next()).value!.length;
  assert(Deno.memoryUsage().external - before < 1 << 23);
  for await (const chunk of bytes) size += chunk.length;
  assertEquals(size, 1 << 26);
});

Deno.test("decompressed() throws errors of its input, and closes it", async () => {
  const packed = await gzip(LOG);
  for (const start of [packed.subarray(0, 1), packed.subarray(0, 900), LOG]) {
    const source = (async function* () {
      yield start;
      await Promise.reject(new Error("the disk broke"));
    })();
    const read = async () => {
      for await (const _ of decompressed("log", source, () => {}));
    };
    await assertRejects(read, Error, "the disk broke");
  }
  for (const stream of [LOG, packed]) {
    let closed = false;
    const source = (async function* () {
      try {
        yield stream;
        yield stream;
      } finally {
        closed = true;
      }
    })();
    for await (const _ of decompressed("log", source, () => {})) break;
    assert(closed);
  }
});
