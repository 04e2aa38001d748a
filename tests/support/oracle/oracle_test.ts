import { assertEquals } from "@std/assert";
import { utf8 } from "../bytes.ts";
import {
  answer,
  at,
  end,
  envelope,
  lineOf,
  prompt,
  sessionEnd,
} from "../envelope.ts";
import { judge } from "./line.ts";
import { Oracle } from "./oracle.ts";

Deno.test("judge rejects the head of a torn line, and divides no other line", () => {
  const whole = lineOf(prompt());
  const half = whole.slice(0, 100);
  const cases: [line: string, event: boolean, rejected: string | null][] = [
    [whole, true, null],
    [half, false, half],
    [half + whole, true, half],
    [half + half, false, half + half],
    [half + '{"event":"turn.delta","t', false, half],
    [half + '{"event":"turn.del', false, half + '{"event":"turn.del'],
    [half + '{"event":', false, half + '{"event":'],
    [half + '{"event":{}}', false, half],
    [`{"event":"turn.delta"}${whole}`, false, null],
    ["x".repeat(50) + half, false, "x".repeat(50) + half],
  ];
  for (const [line, event, rejected] of cases) {
    const verdict = judge(utf8(line), 1000);
    const text = verdict.rejected && new TextDecoder().decode(verdict.rejected);
    assertEquals([verdict.event !== null, text], [event, rejected], line);
  }
});

Deno.test("judge gives an answer without a text part an empty text (SPEC 1)", () => {
  const contents = [
    undefined,
    null,
    [],
    "text",
    [null, { type: "image" }, { type: "output_text", refusal: "no" }],
  ];
  for (const content of contents) {
    const item = { type: "message", role: "assistant", content };
    const line = { ...envelope(answer()), line: { item } };
    const { event, rejected } = judge(utf8(JSON.stringify(line)), 1000);
    assertEquals(rejected, null);
    assertEquals(event, judge(utf8(lineOf(answer({ text: "" }))), 1000).event);
    assertEquals(event?.kind === "answer" && event.text, "");
  }
});

Deno.test("Oracle gives the golden log the golden stream and rejections", () => {
  const log = Deno.readFileSync("testdata/golden.jsonl");
  const run = new Oracle().run(log, "testdata/golden.jsonl");
  const golden = Deno.readTextFileSync("testdata/golden.turns.jsonl");
  assertEquals(run.stdout, golden);
  const stderr = Deno.readTextFileSync("testdata/golden.stderr.txt");
  const places = stderr.matchAll(/^turn-counter: (.*) rejected: /gm);
  assertEquals(run.rejected, [...places].map(([, place]) => place));
});

Deno.test("Oracle gives the log of Claude Code its golden stream", () => {
  const log = Deno.readFileSync("testdata/sse/claude.jsonl");
  const { stdout, rejected } = new Oracle().run(log, "log");
  const golden = Deno.readTextFileSync("testdata/sse/claude.turns.jsonl");
  assertEquals([stdout, rejected], [golden, ["line 49 of log"]]);
});

Deno.test("Oracle keeps a turn's text when an empty answer follows (SPEC 3)", () => {
  const oracle = new Oracle();
  oracle.apply(prompt({ t: at(0) }));
  oracle.apply(answer({ t: at(1), text: "done" }));
  const [record] = oracle.apply(answer({ t: at(2), text: "" }));
  assertEquals(
    [record.assistant_text, record.end_time, record.duration_ms],
    ["done", at(2), 2000],
  );
});

Deno.test("Oracle stores an empty text where a turn's first answer has none", () => {
  const oracle = new Oracle();
  oracle.apply(prompt({ t: at(0) }));
  const [record] = oracle.apply(answer({ t: at(1), text: "" }));
  assertEquals([record.assistant_text, record.status], ["", "completed"]);
  const [later] = oracle.apply(answer({ t: at(2), text: "done" }));
  assertEquals(later.assistant_text, "done");
});

Deno.test("Oracle passes on each JSON object with its turn (SPEC 6)", () => {
  const other = JSON.stringify({
    ...envelope(prompt({ t: at(1) })),
    event: "turn.delta",
  });
  const lines = [
    ...[other.slice(0, 9) + other, lineOf(prompt({ t: at(0) })), `${other} \r`],
    ...['{"a":1}', "[]", lineOf(prompt({ t: at(2) }))],
  ];
  const { stdout } = new Oracle().run(utf8(lines.join("\n")), "log", "events");
  const tag = (id: number, status: string) =>
    `,"turn_id_glob":${id},"session_turn":${id},"session_pid_turn":${id},"turn_status":"${status}"`;
  const tagged = (line: string, tag: string) =>
    line.replace(/\}(\s*)$/, (_, end) => `${tag}}${end}`);
  assertEquals(stdout.split("\n"), [
    other,
    tagged(lines[1], tag(1, "waiting_response")),
    tagged(lines[2], tag(1, "waiting_response")),
    '{"a":1}',
    tagged(lines[5], `${tag(2, "waiting_response")},"orphaned_turn_ids":[1]`),
    "",
  ]);
});

Deno.test("Oracle mints ids from firstId on", () => {
  const oracle = new Oracle({ firstId: 8 });
  const [first] = oracle.apply(prompt({ t: at(0) }));
  const [orphan, second] = oracle.apply(prompt({ t: at(1) }));
  assertEquals(
    [first, orphan, second].map((record) => record.turn_id_glob),
    [8, 8, 9],
  );
  assertEquals(orphan.status, "orphaned");
});

Deno.test("judge reads an end, its turn and its reason (SPEC 3b)", () => {
  const fields = { turnId: "7", cwd: "/w", reason: "interrupted" };
  for (
    const event of [
      end({ ...fields, reason: null }),
      end({ ...fields, outcome: "aborted" }),
      sessionEnd(fields),
    ]
  ) {
    const { at: _, key: __, ...rest } = event;
    const { promptKey: ___, ...said } = { promptKey: null, ...rest };
    const { event: judged, rejected } = judge(utf8(lineOf(event)), 1000);
    assertEquals([judged, rejected], [said, null]);
  }
});

Deno.test("Oracle gives a turn its first outcome, and keeps what an answer set (SPEC 3b)", () => {
  const oracle = new Oracle();
  const outcomes = (event: Parameters<Oracle["apply"]>[0]) =>
    oracle.apply(event).map((record) => [
      ...[record.turn_id_glob, record.status, record.outcome],
      ...[record.end_time, record.outcome_time],
    ]);
  const asked = { sid: "s", pid: 1 };
  oracle.apply(prompt({ ...asked, t: at(0), turnId: "1" }));
  oracle.apply(prompt({ ...asked, t: at(1), turnId: "2" }));
  assertEquals(
    outcomes(end({ ...asked, t: at(2), turnId: "1", outcome: "aborted" })),
    [[1, "orphaned", "aborted", null, at(2)]],
  );
  // The second prompt is not what orphaned the first turn any longer.
  assertEquals(
    outcomes(prompt({ ...asked, t: at(1), turnId: "2" })),
    [[2, "waiting_response", null, null, null]],
  );
  assertEquals(
    outcomes(end({ ...asked, t: at(3), turnId: "2" })),
    [[2, "completed", "completed", at(3), at(3)]],
  );
  assertEquals(
    outcomes(sessionEnd({ ...asked, t: at(4) })),
    [[2, "completed", "completed", at(3), at(3)]],
  );
  assertEquals(
    outcomes(answer({ ...asked, t: at(2.5), turnId: "2" })),
    [[2, "completed", "completed", at(2.5), at(3)]],
  );
  assertEquals(outcomes(sessionEnd({ sid: "s", pid: 2, t: at(4) })), []);
});
