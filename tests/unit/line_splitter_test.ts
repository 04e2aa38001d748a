import { assert, assertEquals } from "@std/assert";
import { DIALECTS } from "../../src/dialect/dialects.ts";
import { pi } from "../../src/dialect/pi/pi.ts";
import { sse } from "../../src/dialect/sse/sse.ts";
import { LineSplitter } from "../../src/source/line_splitter.ts";
import type { ReadOptions } from "../../src/source/read_options.ts";
import type { Line, LogFile } from "../../src/source/lines.ts";
import { answer, lineOf, prompt } from "../support/envelope.ts";

const encoder = new TextEncoder();

/** A splitter of a log whose dialect is known. */
function splitter(options: ReadOptions, at = { offset: 0, line: 0 }) {
  const file = { id: 0, name: "log", isResumed: false };
  return new LineSplitter(file, options, { ...at, dialect: sse.name });
}

/** The candidate lines of a log that is read in these pieces. */
function filter(pieces: (string | Uint8Array)[], limit = 1000): Line[] {
  const candidates = splitter({ maxLineBytes: limit });
  return [
    ...pieces.flatMap((piece) =>
      candidates.push(typeof piece === "string" ? encoder.encode(piece) : piece)
    ),
    ...candidates.end(),
  ];
}

function numbers(log: string, limit?: number): number[] {
  return filter([log], limit).map(({ number }) => number);
}

Deno.test("LineSplitter yields only the lines of the two events", () => {
  const log = [
    '{"event":"turn.delta","line":"turn.user_message"}',
    lineOf(prompt()),
    "",
    "# a comment",
    lineOf(answer()),
    '{"event":"turn.user_messages"}',
    '{"event":"response.output_item.added"}',
    '{"t":1,"event":"turn.delta"}',
  ].join("\n");
  assertEquals(numbers(log), [2, 5]);
});

Deno.test("LineSplitter yields a line that may contain a name if its first bytes name no event", () => {
  for (
    const line of [
      "turn.user_message",
      '{ "event":"turn.delta","line":"response.output_item.done"}',
      '{"t":1,"event":"turn.user\\u005fmessage"}',
      '{"t":1,"event":"turn\\u002euser_message"}',
      '{"t":1,"line":"{\\"type\\":\\"\\\\u0074urn.user_message"}',
      '{"event":"turn.user_message',
      '{"event":"turn.user_message\n',
      '{"event":"x y","event":"turn.user_message"}',
    ]
  ) assertEquals(numbers(line), [1], line);
  // Escapes of other characters are common and cannot hide a name.
  assertEquals(numbers('{"t":1,"line":"\\u001b[0m \\u00e9"}'), []);
});

Deno.test("LineSplitter adds a newline to the bytes of a last line without one", () => {
  const invalid = Uint8Array.of(0xff, 0x0a);
  const line = encoder.encode("turn.user_message ");
  const [first, second] = filter([line, invalid, line]);
  assertEquals(first.bytes, Uint8Array.of(...line, ...invalid));
  assertEquals(second.bytes, Uint8Array.of(...line, 0x0a));
});

Deno.test("LineSplitter copies what it keeps, since a chunk is overwritten", () => {
  const candidates = splitter({ maxLineBytes: 1000 });
  const text = lineOf(prompt());
  const chunk = encoder.encode(text);
  candidates.push(chunk);
  chunk.fill(0);
  const [candidate] = candidates.end();
  assertEquals(new TextDecoder().decode(candidate.bytes!), text + "\n");
});

Deno.test("LineSplitter yields no bytes of a line over the limit, and continues after it", () => {
  const short = lineOf(prompt({ text: "" }));
  const limit = short.length;
  for (
    const long of [
      lineOf(prompt({ text: "x" })),
      `${"x".repeat(limit)}turn.user_message`,
      `turn.user_message${"x".repeat(limit)}`,
    ]
  ) {
    const log = `${long}\n${short}\n`;
    for (const size of [1, 7, limit, log.length]) {
      const found = filter(cut(encoder.encode(log), size), limit);
      const text = found.map(({ bytes }) =>
        bytes && new TextDecoder().decode(bytes)
      );
      assertEquals(text, [null, short + "\n"]);
      assertEquals(found.map(({ number }) => number), [1, 2]);
    }
  }
});

Deno.test("LineSplitter skips a line over the limit that only contains escapes", () => {
  assertEquals(numbers(`{"t":"\\u0041${"x".repeat(2000)}"}`), []);
  assertEquals(numbers(`{"t":"\\u0041"}`), [1]);
});

Deno.test("LineSplitter finds a name across any seam between chunks", () => {
  for (
    const line of [
      lineOf(prompt()),
      lineOf(answer()),
      ' {"event":"turn.user_message"}',
      '{"t":"\\u0074"}',
    ]
  ) {
    const bytes = encoder.encode(`ab\n${line}\ncd`);
    for (let at = 0; at <= bytes.length; at++) {
      const found = filter([bytes.subarray(0, at), bytes.subarray(at)]);
      assertEquals(found.map(({ number }) => number), [2], `${line} ${at}`);
    }
  }
});

Deno.test("LineSplitter compares a name of any length in chunks of any size", () => {
  const name = "a".repeat(300);
  for (const [next, expected] of [['"', []], ["!", [1]]] as const) {
    const log = `{"event":"${name}${next} turn.user_message`;
    for (const size of [1, 2, 30, 1000]) {
      const found = filter(cut(encoder.encode(log), size));
      assertEquals(found.map(({ number }) => number), [...expected]);
    }
  }
});

Deno.test("LineSplitter skips an event whose long name contains a known one, at any chunk border", () => {
  const line = `{"event":"turn.user_message.of.another.kind"${
    "x".repeat(99)
  }\n`;
  const bytes = encoder.encode(line);
  for (const otherLineBytes of [undefined, 1000]) {
    for (let at = 0; at <= bytes.length; at++) {
      const candidates = splitter({
        ...{ maxLineBytes: 50, otherLineBytes },
      });
      const found = [bytes.subarray(0, at), bytes.subarray(at)]
        .flatMap((piece) => candidates.push(piece));
      const all = found.map(({ isOther, bytes }) => [isOther, bytes?.length]);
      const expected = otherLineBytes === undefined
        ? []
        : [[true, line.length]];
      assertEquals(all, expected, `${at}`);
    }
  }
});

Deno.test("LineSplitter keeps nothing of a long line that cannot concern a turn", () => {
  const candidates = splitter({
    maxLineBytes: 1 << 20,
  });
  const chunk = new Uint8Array(1 << 20).fill(97);
  for (const start of ['{"event":"turn.exec.end",', '{"t":"']) {
    candidates.push(encoder.encode(start));
    const before = Deno.memoryUsage().external;
    for (let i = 0; i < 200; i++) candidates.push(chunk);
    const grown = Deno.memoryUsage().external - before;
    assert(grown < 100 << 20, `${start} costs ${grown} bytes`);
    assertEquals(candidates.push(encoder.encode("\n")), []);
  }
});

Deno.test("LineSplitter gives the offsets of lines, and of the unfinished one", () => {
  const lines = [
    '{"event":"turn.delta","line":"x"}',
    lineOf(prompt({ text: "é" })),
    "turn.user_message",
    "other",
  ].map((line) => encoder.encode(line + "\n"));
  const log = new Uint8Array(lines.flatMap((line) => [...line]));
  const ends = lines.map((_, i) =>
    lines.slice(0, i + 1).reduce((sum, line) => sum + line.length, 0)
  );
  for (const size of [1, 7, 100, 10_000]) {
    const begin = { offset: 1000, line: 50 };
    const candidates = splitter({ maxLineBytes: 1000 }, begin);
    let taken = 0;
    const found = cut(log, size).flatMap((piece) => {
      const found = candidates.push(piece);
      taken += piece.length;
      const whole = ends.filter((end) => end <= taken);
      assertEquals(candidates.unfinished, {
        offset: 1000 + (whole.at(-1) ?? 0),
        line: 50 + whole.length,
      });
      return found;
    });
    assertEquals(found.map(({ number, start, end }) => [number, start, end]), [
      [52, 1000 + ends[0], 1000 + ends[1]],
      [53, 1000 + ends[1], 1000 + ends[2]],
    ]);
  }
});

Deno.test("LineSplitter spools a line over the limit, and discards it if it is not a candidate", () => {
  const line = lineOf(prompt({ text: "x".repeat(500) }));
  const other = `{"t":"${"y".repeat(500)}"}`;
  for (const size of [1, 64, 200, 10_000]) {
    const spools: { text: string; discarded: boolean }[] = [];
    const options = {
      maxLineBytes: 100,
      spool: () => {
        const spool = { text: "", discarded: false };
        spools.push(spool);
        return {
          write: (bytes: Uint8Array) => {
            spool.text += new TextDecoder().decode(bytes);
          },
          discard: () => {
            spool.discarded = true;
          },
        };
      },
    };
    const candidates = splitter(options);
    const log = encoder.encode(`${line}\n${other}\n${line}`);
    const found = cut(log, size).flatMap((piece) => candidates.push(piece));
    found.push(...candidates.end());
    assertEquals(found.map(({ number, bytes }) => [number, bytes]), [
      [1, null],
      [3, null],
    ]);
    // A line that is in one chunk is skipped before it is spooled.
    const dropped = size < log.length ? [{ text: other, discarded: true }] : [];
    assertEquals(spools, [
      { text: line, discarded: false },
      ...dropped,
      { text: line, discarded: false },
    ]);
  }
});

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += size) {
    pieces.push(bytes.subarray(at, at + size));
  }
  return pieces;
}

Deno.test("LineSplitter.drop() discards an unfinished long line", () => {
  let isKept = false;
  const spool = () => {
    isKept = true;
    return { write() {}, discard: () => isKept = false };
  };
  const filter = splitter({ maxLineBytes: 50, spool });
  const half = `{"event":"turn.user_message","t":"${"x".repeat(100)}`;
  assertEquals(filter.push(new TextEncoder().encode(half)), []);
  assertEquals(isKept, true);
  filter.drop();
  assertEquals([isKept, filter.end()], [false, []]);
});

Deno.test("LineSplitter recognises the dialect at the end of the first line", () => {
  const file: LogFile = { id: 0, name: "log", isResumed: false };
  const lines = new LineSplitter(file, { maxLineBytes: 1000 });
  const log = encoder.encode(`${lineOf(prompt())}\n${lineOf(answer())}\n`);
  const found = cut(log, 7).flatMap((piece) => {
    const found = lines.push(piece);
    assertEquals(file.decoder === undefined, lines.state.dialect === null);
    return found;
  });
  assertEquals(found.map(({ number }) => number), [1, 2]);
  assertEquals(lines.state.dialect, "sse");
});

Deno.test("LineSplitter recognises the dialect of an unfinished line at the end of the file", () => {
  const file: LogFile = { id: 0, name: "log", isResumed: false };
  const lines = new LineSplitter(file, { maxLineBytes: 1000 });
  assertEquals(lines.push(encoder.encode(lineOf(prompt()))), []);
  assertEquals(lines.unfinished, { offset: 0, line: 0 });
  assertEquals(lines.end().map(({ number, start }) => [number, start]), [
    [1, 0],
  ]);
});

Deno.test("logrotate#363: leading NULs are not part of a line, in any chunks", () => {
  const lines = [lineOf(prompt({ text: "first" })), "", lineOf(answer())];
  const zeros = ["\0".repeat(700), "\0".repeat(5), "\0"];
  const log = encoder.encode(
    lines.map((line, i) => `${zeros[i]}${line}\n`).join("") + "\0\0",
  );
  const lengths = lines.map((line) => encoder.encode(line).length + 1);
  const starts = [700, 700 + lengths[0] + 5 + 1 + 1];
  for (const size of [1, 2, 3, 64, 699, 700, 701, 705, log.length]) {
    for (const isKnown of [true, false]) {
      const file: LogFile = { id: 0, name: "log", isResumed: false };
      const dialect = isKnown ? sse.name : null;
      const at = { offset: 0, line: 0, dialect };
      const tally = { bytes: 0, lines: 0 };
      // Short enough that the NULs alone would be too long.
      const options = { maxLineBytes: 650, tally };
      const splitter = new LineSplitter(file, options, at);
      const found = cut(log, size).flatMap((piece) => splitter.push(piece));
      assertEquals(splitter.unfinished, { offset: log.length, line: 3 });
      found.push(...splitter.end());
      assertEquals(
        found.map((
          { number, start, end, bytes },
        ) => [number, start, end, bytes]),
        [
          [
            1,
            starts[0],
            starts[0] + lengths[0],
            encoder.encode(lines[0] + "\n"),
          ],
          [
            3,
            starts[1],
            starts[1] + lengths[2],
            encoder.encode(lines[2] + "\n"),
          ],
        ],
        `pieces of ${size}`,
      );
      assertEquals(tally, { bytes: log.length, lines: 3 });
    }
  }
});

Deno.test("logrotate#363: leading NULs take neither memory nor quadratic time", () => {
  const lines = splitter({ maxLineBytes: 1000 });
  const chunk = new Uint8Array(4096);
  const before = Deno.memoryUsage();
  const start = performance.now();
  for (let i = 0; i < 70 * 256; i++) assertEquals(lines.push(chunk), []);
  assert(performance.now() - start < 5000);
  const { external, heapUsed } = Deno.memoryUsage();
  assert(external - before.external < 1e7);
  assert(heapUsed - before.heapUsed < 3e7);
  assertEquals(lines.unfinished, { offset: 70 * 256 * 4096, line: 0 });
  assertEquals(lines.push(encoder.encode(`${lineOf(prompt())}\n`)).length, 1);
});

Deno.test("LineSplitter reads a file in the dialect that is forced, whatever its lines are", () => {
  const file: LogFile = { id: 0, name: "log", isResumed: false };
  const options = { maxLineBytes: 1000, dialect: pi };
  const lines = new LineSplitter(file, options);
  const log = `${lineOf(prompt())}\n{"message":{"role":"user"}}\n`;
  const found = lines.push(encoder.encode(log));
  assertEquals(found.map(({ number }) => number), [2]);
  assertEquals(lines.state.dialect, "pi");
});

Deno.test("LineSplitter gives a forced dialect the state that it saved, not that of another", () => {
  const file: LogFile = { id: 1, name: "log", isResumed: true };
  const line = lineOf(prompt()) + "\n";
  const at = { offset: 9, line: 1, decoder: "saved" };
  const saved: (string | null)[] = [];
  const dialect = {
    ...sse,
    decoder(state: string | null) {
      saved.push(state);
      return sse.decoder(null);
    },
  };
  DIALECTS.push({ ...dialect, name: "own" });
  try {
    const own = DIALECTS.at(-1)!;
    for (const name of ["own", "sse", null]) {
      const options = { maxLineBytes: 1000, dialect: own };
      const from = { ...at, dialect: name };
      const lines = new LineSplitter({ ...file }, options, from);
      assertEquals(lines.push(encoder.encode(line)).length, 1);
      assertEquals(lines.state.dialect, "own");
    }
  } finally {
    DIALECTS.pop();
  }
  assertEquals(saved, ["saved", null, null]);
});
