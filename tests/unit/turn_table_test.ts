import { assert, assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli";
import { turnTable } from "../../src/browse/turn_table.ts";
import { turnView } from "../../src/browse/turn_view.ts";
import { visibleLines } from "../../src/terminal/visible.ts";
import { wrapLine } from "../../src/terminal/wrap.ts";
import type { Turn } from "../../src/turns/turn.ts";
import { anyText } from "../support/any_text.ts";
import { forSeeds } from "../support/seeds.ts";

const TURN: Turn = {
  ...{ id: 512, sid: "019a-c9c78", pid: 47240, sessionTurn: 34 },
  ...{ sessionPidTurn: 12, status: "completed", userText: "why?\n\n\tcode()" },
  ...{ assistantText: "so", startTime: "2025-11-17T00:05:02.400" },
  ...{ endTime: "2025-11-17T00:05:12.373", durationMs: 9973, turnId: "12" },
  ...{ pidMismatch: false, startMs: 0, endMs: 9973, agent: "codex" },
  ...{ cwd: "/home/dev", outcome: "completed", outcomeReason: "stop" },
  ...{ outcomeTime: "2025-11-17T00:05:12.401", forgottenMs: null },
};
const PLAIN = { now: 60_000, width: Infinity, color: false };

Deno.test("turnTable shows a line for each turn below the names of the columns", () => {
  const bare: Turn = {
    ...{ ...TURN, id: 7, status: "waiting_response", durationMs: null },
    ...{ agent: null, outcome: null, startMs: null, userText: null },
  };
  assertEquals(turnTable([TURN, bare], { ...PLAIN, hasHeader: true }), [
    "turn  session  agent    age  status     outcome    took  prompt",
    " 512  c9c78    codex  1 min  completed  completed  10 s  why? code()",
    "   7  c9c78               ?  waiting",
  ]);
  const [line] = turnTable([TURN], { ...PLAIN, hasHeader: false });
  assert(line.startsWith("512  c9c78"), line);
});

Deno.test("turnView shows all fields of a turn, then its texts", () => {
  assertEquals(
    turnView(TURN, PLAIN),
    `status      completed
turn        512, number 34 of its session, number 12 of process 47240
session     019a-c9c78
agent       codex
directory   /home/dev
agent's id  12
began       2025-11-17T00:05:02.400, 1 min ago
completed   2025-11-17T00:05:12.373, after 10 s
outcome     completed at 2025-11-17T00:05:12.401, stop

prompt
  why?

      code()

answer
  so
`,
  );
});

Deno.test("turnView leaves out what the log does not name, and says what has no text", () => {
  const bare: Turn = {
    ...{ ...TURN, pid: 0, sessionPidTurn: 1, userText: null, turnId: null },
    ...{ assistantText: "", startTime: null, startMs: null, endTime: null },
    ...{ durationMs: null, agent: null, cwd: null, outcome: null },
    ...{ outcomeReason: null, outcomeTime: null, pidMismatch: true },
  };
  assertEquals(
    turnView(bare, PLAIN),
    `status   completed
         answered by another process
turn     512, number 34 of its session
session  019a-c9c78

no prompt

empty answer
`,
  );
});

Deno.test("turnView says when a turn was forgotten", () => {
  const forgottenMs = new Date(2026, 0, 2, 3, 4).getTime();
  const view = turnView({ ...TURN, forgottenMs, userText: null }, PLAIN);
  assert(view.includes("\nforgotten   2026-01-02 03:04\n\nno prompt\n"), view);
});

Deno.test("turnTable and turnView fit the terminal and cannot control it, whatever a log contains", async () => {
  await forSeeds(300, (random) => {
    const text = () => random.chance(0.1) ? null : anyText(random);
    const turn: Turn = {
      ...{ ...TURN, id: random.below(1e9), sid: anyText(random) },
      ...{ userText: text(), assistantText: text(), startTime: text() },
      ...{ endTime: text(), turnId: text(), agent: text(), cwd: text() },
      ...{ outcomeReason: text(), outcomeTime: text() },
    };
    const canvas = { now: 0, width: random.below(140), color: false };
    const lines = [
      ...turnTable([turn], { ...canvas, hasHeader: true }),
      ...turnView(turn, canvas).split("\n"),
    ];
    // A text is never narrower than one column.
    const room = Math.max(canvas.width, 4);
    for (const line of lines) {
      assert(unicodeWidth(line) <= room, JSON.stringify([line, room]));
      const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
      assertEquals(hidden.exec(line), null, JSON.stringify(line));
    }
  });
});

Deno.test("visibleLines keeps the blanks of code, and no other control character", () => {
  assertEquals(
    visibleLines("\n\r\n a  b\r\n\tc\x1b[2J\0\u2028\u202ed \n\n"),
    [" a  b", "    c [2J ", "d"].map((line) => line.trimEnd()),
  );
  assertEquals(visibleLines(""), []);
  assertEquals(visibleLines("\n \n"), []);
});

Deno.test("wrapLine divides a line at blanks, else where it must", () => {
  assertEquals(wrapLine("a line of words", 7), ["a line", "of", "words"]);
  assertEquals(wrapLine("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
  assertEquals(wrapLine("  abcdef", 4), ["  ab", "cdef"]);
  assertEquals(wrapLine("語語語", 4), ["語語", "語"]);
  assertEquals(wrapLine("語", 1), ["語"]);
  assertEquals(wrapLine("a b", Infinity), ["a b"]);
  assertEquals(wrapLine("", 3), [""]);
});

Deno.test("wrapLine loses nothing but blanks, whatever a line contains", async () => {
  await forSeeds(300, (random) => {
    const [line = ""] = visibleLines(anyText(random));
    const width = 2 + random.below(40);
    const lines = wrapLine(line, width);
    const words = (text: string) => text.replaceAll(/\s/g, "");
    assertEquals(words(lines.join("")), words(line));
    for (const part of lines) assert(unicodeWidth(part) <= width, part);
  });
});
