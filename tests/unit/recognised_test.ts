import { assertEquals } from "@std/assert";
import type { Dialect } from "../../src/dialect/dialect.ts";
import { DIALECTS } from "../../src/dialect/dialects.ts";
import { LineSplitter } from "../../src/source/line_splitter.ts";
import { utf8 } from "../support/bytes.ts";
import { answer, lineOf, prompt } from "../support/envelope.ts";

/** The golden log of each dialect. */
const LOGS: Record<string, string> = {
  sse: Deno.readTextFileSync("testdata/sse/claude.jsonl"),
  codex: Deno.readTextFileSync("testdata/codex/paginated.jsonl"),
  claude: Deno.readTextFileSync("testdata/claude/session.jsonl"),
  copilot: Deno.readTextFileSync("testdata/copilot/session.jsonl"),
  pi: Deno.readTextFileSync("testdata/pi/session.jsonl"),
};

/** A log in pieces of some bytes. */
function cut(log: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(log.length / size);
  return Array.from(
    { length: count },
    (_, i) => log.subarray(i * size, (i + 1) * size),
  );
}

/** How often a log in pieces is reported as one in which nothing is recognised. */
function reports(pieces: Uint8Array[], dialect?: Dialect, offset = 0): number {
  let count = 0;
  const splitter = new LineSplitter(
    { id: 0, name: "log", isResumed: false },
    { dialect, maxLineBytes: 1e6, unrecognised: () => count++ },
    { offset, line: 0, dialect: offset > 0 ? "sse" : null },
  );
  for (const piece of pieces) splitter.push(piece);
  splitter.checkRecognised();
  splitter.end();
  return count;
}

Deno.test("a log is recognised as of its own dialect, forced or not, and of no other", () => {
  assertEquals(Object.keys(LOGS), DIALECTS.map(({ name }) => name));
  for (const [own, log] of Object.entries(LOGS)) {
    const pieces = cut(utf8(log), 1000);
    assertEquals(reports(pieces), 0, own);
    for (const dialect of DIALECTS) {
      const expected = dialect.name === own ? 0 : 1;
      assertEquals(
        reports(pieces, dialect),
        expected,
        `${own}/${dialect.name}`,
      );
    }
  }
});

Deno.test("a window of a log is recognised as of the dialect that is forced", () => {
  for (const dialect of DIALECTS) {
    const lines = LOGS[dialect.name].trimEnd().split("\n");
    const window = utf8(lines.slice(-4).join("\n"));
    assertEquals(reports([window], dialect), 0, dialect.name);
  }
});

Deno.test("a log of sse is recognised by any one envelope, in any pieces", () => {
  const { event, ...rest } = JSON.parse(lineOf(prompt()));
  const envelopes = [
    lineOf(answer()),
    JSON.stringify({ ...rest, event }),
    JSON.stringify(rest),
    '{"event":"codex.idle"}',
    `{"t":"2026" {"event":"turn.user_message"}`,
    JSON.stringify({ x: "y".repeat(100_000), ...rest, event }),
  ];
  for (const envelope of envelopes) {
    const log = utf8(`noise\n\n{}\n${envelope}\nnoise\n`);
    for (const size of [7, 64, log.length]) {
      assertEquals(reports(cut(log, size)), 0, envelope.slice(0, 80));
    }
  }
});

Deno.test("a log is reported once if it has lines and none is recognised, in any pieces", () => {
  for (
    const line of ["x", "{}", '{"line": 1, "event": "x"}', "[1]", "\u0001"]
  ) {
    const log = utf8(`\n${line}\n  \n${line}\n`);
    for (const size of [1, 2, log.length]) {
      assertEquals(reports(cut(log, size)), 1, line);
    }
  }
});

Deno.test("a log without a line that says anything, or that is resumed, is not reported", () => {
  for (const log of ["", "\n", "\r\n\r\n", " \n\t", "\0\0", "\uFEFF\n"]) {
    assertEquals(reports([utf8(log)]), 0, JSON.stringify(log));
  }
  // What was read before may have been recognised.
  assertEquals(reports([utf8("noise\n")], undefined, 9), 0);
});
