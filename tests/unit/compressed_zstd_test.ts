import { assert, assertEquals, assertRejects } from "@std/assert";
import { decompressed } from "../../src/source/compressed/decompress.ts";
import { loadZstd } from "../../src/source/compressed/zstd.ts";
import { logBytes } from "../../tools/gen_log/log_generator.ts";
import { concat, utf8 } from "../support/bytes.ts";
import { anyChunks } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

const LOG = logBytes({ events: 200, prompts: 20 });
const TRUNCATED = "its zstd data ends in the middle";
const CORRUPT = "its zstd data is corrupt";
const FOREIGN = "its zstd data is followed by something else";

/** A frame that is skipped, with some bytes in it. */
const SKIPPABLE = concat([
  Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0),
  utf8("abc"),
]);

const hasZstd = await hasProgram("zstd");
// It stays loaded, which a test would take for a leak.
if (hasZstd) loadZstd("log");

function zstdTest(name: string, fn: () => Promise<void>): void {
  const reason = hasZstd ? "" : " (left out: there is no zstd)";
  Deno.test({ name: `${name}${reason}`, ignore: !hasZstd, fn });
}

async function hasProgram(name: string): Promise<boolean> {
  try {
    const args = ["--version"];
    return (await new Deno.Command(name, { args }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What the program `zstd` makes of bytes. */
async function zstd(bytes: Uint8Array, ...args: string[]): Promise<Uint8Array> {
  const child = new Deno.Command("zstd", {
    args: ["-q", "-c", ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = new Blob([bytes as BlobPart]).stream().pipeTo(child.stdin);
  const [{ stdout }] = await Promise.all([child.output(), input]);
  return stdout;
}

function bytewise(bytes: Uint8Array): Uint8Array[] {
  return [...bytes].map((byte) => Uint8Array.of(byte));
}

/** Chunks that are overwritten when the next is asked for, as those of a file. */
async function* fleeting(chunks: Iterable<Uint8Array>) {
  for (const chunk of chunks) {
    const buffer = chunk.slice();
    yield buffer;
    buffer.fill(0x55);
  }
}

/** The bytes that a stream gives, and what is reported of it. */
async function outcome(
  chunks: Iterable<Uint8Array>,
): Promise<[Uint8Array, string[]]> {
  const reported: string[] = [];
  const given: Uint8Array[] = [];
  const bytes = decompressed("log", fleeting(chunks), (reason, isTruncated) => {
    assertEquals(isTruncated, reason === TRUNCATED);
    reported.push(reason);
  });
  for await (const chunk of bytes) given.push(chunk.slice());
  return [concat(given), reported];
}

/** As `assertEquals`, which is slow on long arrays. */
function assertSame(bytes: Uint8Array, expected: Uint8Array): void {
  assertEquals(bytes.length, expected.length);
  const at = bytes.findIndex((byte, i) => byte !== expected[i]);
  assertEquals(at, -1, `other bytes from ${at} on`);
}

zstdTest(
  "decompressed() decompresses one or several zstd frames in chunks of any size",
  async () => {
    const noise = Uint8Array.from({ length: 9000 }, (_, i) => i * i * 7 >> 3);
    const block = LOG.subarray(0, 128 * 1024);
    const plain = [LOG, LOG, new Uint8Array(), noise, utf8("x"), block];
    const args = [["-1"], ["-19"], [], ["--no-check"], ["-3"], []];
    const frames: [packed: Uint8Array, plain: Uint8Array][] = await Promise.all(
      plain.map(async (bytes, i) => [await zstd(bytes, ...args[i]), bytes]),
    );
    frames.push([SKIPPABLE, new Uint8Array()]);
    await forSeeds(30, async (random) => {
      const picks = Array.from(
        { length: random.between(1, 5) },
        () => random.pick(frames),
      );
      const stream = concat(picks.map(([packed]) => packed));
      const [bytes, reported] = await outcome(anyChunks(random, stream));
      assertEquals(reported, []);
      assertSame(bytes, concat(picks.map(([, bytes]) => bytes)));
    });
    for (const [packed, bytes] of frames) {
      assertEquals(await outcome(bytewise(packed.subarray(0, 4000))), [
        (await outcome([packed.subarray(0, 4000)]))[0],
        packed.length > 4000 ? [TRUNCATED] : [],
      ]);
      assertSame((await outcome([packed]))[0], bytes);
    }
  },
);

zstdTest(
  "decompressed() yields all whole blocks before the end of truncated zstd data",
  async () => {
    const first = await zstd(LOG, "-1");
    const stream = concat([first, SKIPPABLE, first]);
    const text = concat([LOG, LOG]);
    const seams = [
      first.length,
      first.length + SKIPPABLE.length,
      stream.length,
    ];
    const cuts = seams
      .flatMap((seam) => Array.from({ length: 31 }, (_, i) => seam + i - 15))
      .filter((cut) => cut <= stream.length);
    let isPartial = false;
    await forSeeds(110, async (random) => {
      const cut = cuts.pop() ?? random.between(4, stream.length);
      const part = stream.subarray(0, cut);
      const [bytes, reported] = await outcome(anyChunks(random, part));
      const isSeam = seams.includes(cut);
      assertEquals(reported, isSeam ? [] : [TRUNCATED], `cut at ${cut}`);
      assertSame(bytes, text.subarray(0, bytes.length));
      const whole = cut < first.length ? 0 : LOG.length;
      assert(bytes.length >= whole, `${bytes.length} of ${whole} at ${cut}`);
      isPartial ||= bytes.length > 0 && bytes.length % LOG.length > 0;
    });
    assert(isPartial, "no cut gave a part of a frame");
  },
);

zstdTest(
  "decompressed() reports every flipped bit of zstd data, or it has no meaning",
  async () => {
    const text = utf8("hello, hello, hello");
    const packed = await zstd(text);
    for (let bit = 32; bit < packed.length * 8; bit++) {
      const flipped = packed.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const [bytes, reported] = await outcome([flipped]);
      if (reported.length === 0) assertSame(bytes, text);
      else {
        assertEquals(reported.length, 1);
        const isKnown = [TRUNCATED, CORRUPT, FOREIGN].includes(reported[0]);
        assert(isKnown || reported[0].includes("128 MB"), reported[0]);
      }
    }
  },
);

zstdTest(
  "decompressed() yields the blocks before corrupt zstd data and before a wrong checksum",
  async () => {
    const packed = await zstd(LOG);
    const wrongSum = concat([packed, packed]);
    wrongSum[packed.length - 1] ^= 1;
    const [bytes, reported] = await outcome([wrongSum]);
    assertEquals(reported, [CORRUPT]);
    assertSame(bytes, LOG);
    // A frame header with a window, then a block of a kind that does not exist.
    const unknown = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 6, 0, 0);
    assertEquals((await outcome([unknown]))[1], [CORRUPT]);
    const [before, after] = await outcome([concat([packed, unknown, packed])]);
    assertEquals(after, [CORRUPT]);
    assertSame(before, LOG);
  },
);

zstdTest(
  "decompressed() reports and drops bytes after the last zstd frame",
  async () => {
    const packed = await zstd(LOG);
    for (const after of ["{}\n", "\0\0{}", "(", "\x28\x28", "Z*"]) {
      const stream = concat([packed, utf8(after)]);
      for (const chunks of [[stream], bytewise(stream)]) {
        const [bytes, reported] = await outcome(chunks);
        const isBegun = ["(", "Z*"].includes(after);
        assertEquals(reported, [isBegun ? TRUNCATED : FOREIGN], after);
        assertSame(bytes, LOG);
      }
    }
  },
);

zstdTest(
  "decompressed() reports zstd data that needs too much memory",
  async () => {
    const [bytes, reported] = await outcome([await zstd(LOG, "--long=28")]);
    assertEquals(bytes.length, 0);
    assert(reported[0].includes("zstd -dc --long=31"), reported[0]);
  },
);

zstdTest(
  "decompressed() decompresses zstd data little ahead of its reader, at any ratio",
  async () => {
    const zeros = await zstd(new Uint8Array(1 << 26), "-19");
    const before = Deno.memoryUsage().external;
    const bytes = decompressed("log", fleeting([zeros]), () => {});
    let size = (await bytes.next()).value!.length;
    assert(Deno.memoryUsage().external - before < 1 << 23);
    for await (const chunk of bytes) size += chunk.length;
    assertEquals(size, 1 << 26);
  },
);

zstdTest(
  "decompressed() throws errors of its input within zstd data, and closes it",
  async () => {
    const packed = await zstd(LOG);
    for (const start of [packed.subarray(0, 2), packed.subarray(0, 900)]) {
      const source = (async function* () {
        yield start;
        await Promise.reject(new Error("the disk broke"));
      })();
      const read = async () => {
        for await (const _ of decompressed("log", source, () => {}));
      };
      await assertRejects(read, Error, "the disk broke");
    }
    let isClosed = false;
    const source = (async function* () {
      try {
        yield packed;
        yield packed;
      } finally {
        isClosed = true;
      }
    })();
    for await (const _ of decompressed("log", source, () => {})) break;
    assert(isClosed);
  },
);
