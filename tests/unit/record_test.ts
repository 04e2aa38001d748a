import { assertEquals } from "@std/assert";
import { formatRecord } from "../../src/output/record.ts";
import type { Turn } from "../../src/turns/turn.ts";

const TURN: Turn = {
  id: 512,
  sid: "019a8ccd",
  pid: 47240,
  sessionTurn: 34,
  sessionPidTurn: 12,
  status: "completed",
  userText: "q",
  assistantText: "a",
  startTime: "2025-11-17T00:05:02.400",
  endTime: "2025-11-17T00:05:12.373",
  durationMs: 9973,
  turnId: "12",
  pidMismatch: false,
  startMs: 1,
  endMs: 2,
  agent: "codex",
  cwd: "/home/dev",
  outcome: "aborted",
  outcomeReason: "interrupted",
  outcomeTime: "2025-11-17T00:05:12.401",
  forgottenMs: null,
};

Deno.test("SPEC 6: a record is one line of JSON with all keys in order", () => {
  assertEquals(
    formatRecord(TURN),
    '{"turn_id_glob":512,"sid":"019a8ccd","pid":47240,"session_turn":34,"session_pid_turn":12,"status":"completed","user_text":"q","assistant_text":"a","start_time":"2025-11-17T00:05:02.400","end_time":"2025-11-17T00:05:12.373","duration_ms":9973,"original_turn_id":"12","pid_mismatch":false,"agent":"codex","cwd":"/home/dev","outcome":"aborted","outcome_reason":"interrupted","outcome_time":"2025-11-17T00:05:12.401"}\n',
  );
});

Deno.test("SPEC 6: an unknown value is null", () => {
  const record = JSON.parse(formatRecord({
    ...TURN,
    assistantText: null,
    endTime: null,
    durationMs: null,
    turnId: null,
    ...{ agent: null, cwd: null },
    ...{ outcome: null, outcomeReason: null, outcomeTime: null },
  }));
  assertEquals(
    [
      record.assistant_text,
      record.end_time,
      record.duration_ms,
      record.original_turn_id,
      ...[record.agent, record.cwd],
      ...[record.outcome, record.outcome_reason, record.outcome_time],
    ],
    Array(9).fill(null),
  );
});

Deno.test("SPEC 6: a record is one line and keeps U+0000, whatever the text", () => {
  const userText = 'a\nb\r\u2028"\u0000\\';
  const line = formatRecord({ ...TURN, userText });
  assertEquals(line.trimEnd().split(/[\n\r]/).length, 1);
  assertEquals(line.includes("\\u0000"), true);
  assertEquals(JSON.parse(line).user_text, userText);
});
