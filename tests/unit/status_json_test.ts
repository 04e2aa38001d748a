import { assertEquals, assertMatch } from "@std/assert";
import { formatJson } from "../../src/status/json.ts";
import type { Report } from "../../src/status/report.ts";

const STATUS: Report = {
  database: "turns.db",
  readMs: Date.UTC(2025, 10, 18, 20),
  turns: 4,
  byStatus: { completed: 2, orphaned: 1, waiting_response: 1 },
  sessions: 2,
  sinceMs: Date.UTC(2025, 10, 17),
  breakdown: {
    turns: 4,
    outcomes: [
      { status: "completed", outcome: "aborted", turns: 2 },
      { status: "orphaned", outcome: null, turns: 2 },
    ],
    agents: [{ name: "codex", turns: 4 }],
    cwds: [{ name: "/home/dev", turns: 3 }, { name: null, turns: 1 }],
  },
  durations: { turns: 2, median: 9973, p95: 10500, longest: 10500 },
  days: [{ day: "2025-11-18", turns: 4 }],
  lastTurns: [{
    id: 4,
    sid: "019a967c",
    status: "completed",
    startTime: "2025-11-18T19:59:00.000",
    startMs: Date.UTC(2025, 10, 18, 19, 59),
    userText: "hello",
  }],
  files: [{
    host: null,
    path: "/var/log/sse_lines.jsonl",
    state: "current",
    readBytes: 100,
    readLines: 2,
    movedMs: Date.UTC(2025, 10, 18, 19, 59, 59),
    sizeBytes: 120,
    lagBytes: 20,
  }],
  directories: [{
    ...{ host: null, path: "/home/dev/.codex/sessions" },
    ...{ state: "current", files: 3 },
    ...{ readBytes: 300, readLines: 6, sizeBytes: 340, lagBytes: 40 },
    movedMs: Date.UTC(2025, 10, 18, 19, 59, 58),
  }],
};

Deno.test("formatJson writes a status as one line with all keys in order", () => {
  assertEquals(
    formatJson(STATUS),
    '{"database":"turns.db","read_at":"2025-11-18T20:00:00.000Z",' +
      '"since":"2025-11-17T00:00:00.000Z",' +
      '"turns":{"total":4,"completed":2,"orphaned":1,"waiting_response":1},' +
      '"orphan_rate":0.25,"sessions":2,' +
      '"duration_ms":{"turns":2,"median":9973,"p95":10500,"longest":10500},' +
      '"breakdown":{"turns":4,"outcomes":[' +
      '{"status":"completed","outcome":"aborted","turns":2},' +
      '{"status":"orphaned","outcome":null,"turns":2}],' +
      '"agents":[{"agent":"codex","turns":4}],' +
      '"cwds":[{"cwd":"/home/dev","turns":3},{"cwd":null,"turns":1}]},' +
      '"days":[{"day":"2025-11-18","turns":4}],' +
      '"last_turns":[{"turn_id_glob":4,"sid":"019a967c","status":"completed",' +
      '"start_time":"2025-11-18T19:59:00.000","age_ms":60000,' +
      '"user_text":"hello"}],' +
      '"files":[{"host":null,"path":"/var/log/sse_lines.jsonl","state":"current",' +
      '"read_bytes":100,"read_lines":2,"read_at":"2025-11-18T19:59:59.000Z",' +
      '"size_bytes":120,"lag_bytes":20}],' +
      '"directories":[{"host":null,"path":"/home/dev/.codex/sessions",' +
      '"state":"current",' +
      '"files":3,"read_bytes":300,"read_lines":6,' +
      '"read_at":"2025-11-18T19:59:58.000Z","size_bytes":340,"lag_bytes":40}]}\n',
  );
});

Deno.test("formatJson writes null for unknown values, and keeps all keys", () => {
  const unknown = JSON.parse(formatJson({
    ...STATUS,
    sinceMs: null,
    turns: 0,
    byStatus: { completed: 0, orphaned: 0, waiting_response: 0 },
    durations: null,
    lastTurns: [{
      ...STATUS.lastTurns[0],
      startTime: null,
      startMs: null,
      userText: null,
    }],
    files: [{ ...STATUS.files[0], sizeBytes: null, lagBytes: null }],
  }));
  assertEquals(
    Object.keys(unknown),
    Object.keys(JSON.parse(formatJson(STATUS))),
  );
  assertEquals([unknown.orphan_rate, unknown.duration_ms], [null, null]);
  assertEquals(unknown.since, null);
  const [turn] = unknown.last_turns;
  assertEquals([turn.start_time, turn.age_ms, turn.user_text], [
    ...[null, null, null],
  ]);
  const [file] = unknown.files;
  assertEquals([file.size_bytes, file.lag_bytes], [null, null]);
});

Deno.test("formatJson keeps every text, and writes control characters as escapes", () => {
  const userText =
    "\0\x1b[2J\x7f\x9b31m\u2028\u202e\u200d\u{e0061}\ufeff 日本 😀\n";
  const json = formatJson({
    ...STATUS,
    lastTurns: [{ ...STATUS.lastTurns[0], userText }],
  });
  assertEquals(JSON.parse(json).last_turns[0].user_text, userText);
  assertMatch(json, /^[\P{C} ]*\n$/u);
  assertMatch(json, / 日本 😀/);
});
