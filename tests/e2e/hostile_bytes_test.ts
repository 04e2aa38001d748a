import { assertEquals } from "@std/assert";
import { concat, utf8 } from "../support/bytes.ts";
import { utf16 } from "../fuzz/kinds.ts";
import { INVALID_UTF8 } from "../fuzz/odd_values.ts";
import { records } from "../support/database.ts";
import { at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import {
  assertAgreesWithOracle,
  assertUnrecognised,
  GOOD,
  lineWith,
  lineWithRaw,
  read,
} from "./hostile.ts";
import { turnCounter } from "./program.ts";

Deno.test("SPEC 1: invalid UTF-8 becomes U+FFFD in a row, and is kept in the dead-letter file", async () => {
  const line = (text: string) => {
    const bytes = utf8(text);
    return bytes.map((byte) => byte === 0x7f ? 0xff : byte);
  };
  const lines = [
    line(lineWith("text \x7f").replace("\\u007f", "\x7f")),
    line(lineWith("sid", { sid: "s\x7f" })),
    line(lineWith("key").replace('"flow_id"', '"flow\x7f"')),
    // It breaks a key, an event, a time and a number.
    line(lineWith("key sid").replace('"sid"', '"sid\x7f"')),
    line(lineWith("event").replace("turn.user_message", "turn.user\x7f")),
    line(lineWith("time", { t: "2025-11-18T19:26:43\x7f" })),
    line(lineWithRaw("pid", "metadata", '{"pid":1\x7f}')),
  ];
  const log = concat(lines.flatMap((line) => [line, utf8("\n")]));
  const { prompts, rejected, dead } = await read(log);
  assertEquals(prompts, ["text \uFFFD", "sid", "key"]);
  assertEquals(rejected, [
    "4: it has no sid",
    "6: its t is not a timestamp",
    "7: not JSON",
  ]);
  const kept = [lines[3], lines[5], lines[6]].map((line) =>
    new TextDecoder("latin1").decode(line) + "\n"
  );
  assertEquals(dead, kept.join(""));
  await assertAgreesWithOracle(log);
});

Deno.test("SPEC 1: invalid UTF-8 anywhere in an envelope breaks at most that envelope", async () => {
  const line = utf8(lineOf(prompt({ text: "é👋", turnId: "1" })));
  for (const invalid of [INVALID_UTF8[0], INVALID_UTF8[5]]) {
    const broken = Array.from(
      { length: line.length + 1 },
      (_, place) => [line.subarray(0, place), invalid, line.subarray(place)],
    );
    const good = (second: number) => logOf([prompt({ t: at(second) })]);
    await assertAgreesWithOracle(concat(
      broken.flatMap((pieces, i) => [...pieces, utf8("\n" + good(i))]),
    ));
  }
});

Deno.test("SPEC 6: U+0000 in any text is kept, and a line with a NUL is not JSON", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const event = prompt({ sid: "s\0a", text: "\0a\0", turnId: "t\0" });
  const other = prompt({ sid: "s\0b", text: "\0a\0", turnId: "t\0" });
  const raw = lineWith("RAW").replace("RAW", "\0");
  const block = "\0".repeat(512);
  const stdin = [
    lineOf(event),
    lineOf(other),
    raw,
    // A file system may leave such blocks after a power cut.
    block + lineWith("after a block"),
    block,
    lineWith("before a block") + block,
    GOOD,
  ].join("\n");
  const dead = dir.file("dead");
  const { code, stdout, stderr } = await turnCounter(
    ["--db", db, "--dead-letter", dead],
    { stdin },
  );
  assertEquals(code, 0);
  const rows = records(db);
  assertEquals(
    stdout.trimEnd().split("\n").slice(0, 2).map((line) => JSON.parse(line)),
    rows.slice(0, 2),
  );
  assertEquals(
    rows.slice(0, 2).map((row) => [
      row.sid,
      row.user_text,
      row.original_turn_id,
      row.session_turn,
    ]),
    [event, other].map(({ sid, text, turnId }) => [sid, text, turnId, 1]),
  );
  assertEquals(rows.slice(2).map(({ user_text }) => user_text), [
    "after a block",
    "good",
  ]);
  assertEquals(stderr.match(/line \d+ of stdin rejected: \w+ \w+/g), [
    "line 3 of stdin rejected: not JSON",
    "line 6 of stdin rejected: not JSON",
  ]);
  const kept = [raw, lineWith("before a block") + block];
  assertEquals(
    Deno.readTextFileSync(dead),
    kept.map((line) => line + "\n").join(""),
  );
});

Deno.test("SPEC 1: a log in UTF-16 has no events and no rejected lines", async () => {
  const log = logOf([prompt(), prompt({ t: at(1), text: "\u0a0a\u0d0a" })]);
  for (const bigEndian of [false, true]) {
    for (const mark of ["", "\uFEFF"]) {
      const bytes = utf16(mark + log, bigEndian);
      await assertUnrecognised(bytes);
      // A valid log may follow.
      const both = await read(concat([bytes, utf8("\n" + GOOD)]));
      assertEquals(both.prompts, ["good"]);
    }
  }
});

Deno.test("SPEC 1: a byte order mark is not part of the line that follows it", async () => {
  const mark = "\uFEFF";
  const other = '{"event":"turn.delta","line":"turn.user_message"}';
  const lines = [
    mark + GOOD,
    mark + lineWith("second"),
    mark + other,
    mark + mark + lineWith("after two"),
    `${mark} ${lineWith("after a blank")}`,
    lineWith(mark + "in the text"),
    mark + GOOD.slice(0, -1),
  ];
  const { prompts, rejected, dead } = await read(utf8(lines.join("\n")));
  assertEquals(prompts, [
    ...["good", "second", "after two", "after a blank", mark + "in the text"],
  ]);
  assertEquals(rejected.map((line) => line.slice(0, 7)), [
    "4: torn",
    "7: not ",
  ]);
  assertEquals(
    dead,
    new TextDecoder("latin1").decode(utf8(`${mark + mark}\n${lines[6]}\n`)),
  );
});

Deno.test("SPEC 1: lines may end in CRLF, and are kept with their CR", async () => {
  const lines = [
    GOOD,
    "turn.user_message",
    lineWith("second"),
    GOOD.slice(0, 50) + lineWith("torn"),
    "",
    '{"event":"turn.delta"}',
    lineWith("third"),
  ];
  const { prompts, rejected, dead } = await read(
    lines.map((line) => line + "\r\n").join(""),
  );
  assertEquals(prompts, ["good", "second", "torn", "third"]);
  assertEquals(rejected.map((line) => line[0]), ["2", "4"]);
  assertEquals(dead, `turn.user_message\r\n${GOOD.slice(0, 50)}\n`);
});

Deno.test("a log without lines, or without its last newline, is read to its end", async () => {
  const nothing = { prompts: [], rejected: [], dead: "" };
  for (
    const log of [
      ...["", "\n", "\n".repeat(100_000), "\r\n".repeat(1000), "\r", "\r\r\r"],
      ...[
        "\r".repeat(100_000),
        " \n\t\n",
        "\0",
        "\uFEFF",
        "\uFEFF\n",
      ],
    ]
  ) {
    assertEquals(await read(log), nothing, JSON.stringify(log.slice(0, 20)));
  }
  for (const log of ["{", '"']) await assertUnrecognised(log);
  for (const end of ["", "\n", "\r", "\r\n", "\n\r", "\n\n\n"]) {
    assertEquals((await read(GOOD + end)).prompts, ["good"]);
  }
  assertEquals(await read(`\n\r\n${GOOD}\n\nturn.user_message`), {
    prompts: ["good"],
    rejected: ["5: not JSON"],
    dead: "turn.user_message\n",
  });
});
