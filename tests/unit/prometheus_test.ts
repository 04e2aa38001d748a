import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatMetrics } from "../../src/status/prometheus.ts";
import type { Metrics, TurnGroup } from "../../src/store/open.ts";

const GROUP: TurnGroup = {
  ...{ agent: "codex", status: "completed", outcome: "completed", turns: 3 },
  ...{ timed: 2, durationMs: 31_500 },
  upTo: [0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2],
};
const METRICS: Metrics = {
  ...{ schema: 6, sessions: 2, lastStartMs: 1_700_000_000_123, turns: [GROUP] },
  ...{ followed: [], trees: [], rejected: [] },
};

Deno.test("formatMetrics writes turns, a histogram of durations, and lags", () => {
  const waiting: TurnGroup = {
    ...{ ...GROUP, agent: null, status: "waiting_response", outcome: null },
    ...{ turns: 1, timed: 0, durationMs: 0, upTo: GROUP.upTo.map(() => 0) },
  };
  const text = formatMetrics(
    {
      ...{ ...METRICS, turns: [GROUP, waiting] },
      rejected: [{ host: null, path: "/log", lines: 3 }],
    },
    [
      { host: null, path: "/log", lagBytes: 12, movedMs: 1500 },
      { host: null, path: "/gone", lagBytes: null, movedMs: 0 },
    ],
    "1.2.3",
  );
  assertEquals(
    text,
    `# HELP turncounter_build_info The program that wrote this.
# TYPE turncounter_build_info gauge
turncounter_build_info{version="1.2.3",schema="6"} 1
# HELP turncounter_turns Turns in the database.
# TYPE turncounter_turns gauge
turncounter_turns{agent="codex",status="completed",outcome="completed"} 3
turncounter_turns{agent="none",status="waiting_response",outcome="none"} 1
# HELP turncounter_sessions Sessions in the database.
# TYPE turncounter_sessions gauge
turncounter_sessions 2
# HELP turncounter_turn_duration_seconds How long turns took from the prompt to the answer.
# TYPE turncounter_turn_duration_seconds histogram
turncounter_turn_duration_seconds_bucket{agent="codex",le="1"} 0
turncounter_turn_duration_seconds_bucket{agent="codex",le="2"} 1
turncounter_turn_duration_seconds_bucket{agent="codex",le="5"} 1
turncounter_turn_duration_seconds_bucket{agent="codex",le="10"} 1
turncounter_turn_duration_seconds_bucket{agent="codex",le="30"} 2
turncounter_turn_duration_seconds_bucket{agent="codex",le="60"} 2
turncounter_turn_duration_seconds_bucket{agent="codex",le="120"} 2
turncounter_turn_duration_seconds_bucket{agent="codex",le="300"} 2
turncounter_turn_duration_seconds_bucket{agent="codex",le="600"} 2
turncounter_turn_duration_seconds_bucket{agent="codex",le="1800"} 2
turncounter_turn_duration_seconds_bucket{agent="codex",le="3600"} 2
turncounter_turn_duration_seconds_bucket{agent="codex",le="+Inf"} 2
turncounter_turn_duration_seconds_sum{agent="codex"} 31.5
turncounter_turn_duration_seconds_count{agent="codex"} 2
# HELP turncounter_last_turn_start_timestamp_seconds When the turn that was stored last began.
# TYPE turncounter_last_turn_start_timestamp_seconds gauge
turncounter_last_turn_start_timestamp_seconds 1700000000.123
# HELP turncounter_followed_lag_bytes What is still to be read of a followed log or directory.
# TYPE turncounter_followed_lag_bytes gauge
turncounter_followed_lag_bytes{path="/log"} 12
# HELP turncounter_followed_read_timestamp_seconds When a followed log or directory was read last.
# TYPE turncounter_followed_read_timestamp_seconds gauge
turncounter_followed_read_timestamp_seconds{path="/log"} 1.5
turncounter_followed_read_timestamp_seconds{path="/gone"} 0
# HELP turncounter_followed_rejected_lines_total Lines of a followed log or directory that could not be decoded.
# TYPE turncounter_followed_rejected_lines_total counter
turncounter_followed_rejected_lines_total{path="/log"} 3
`,
  );
});

Deno.test("formatMetrics escapes names, and writes nothing of what is not there", () => {
  const agent = 'a"b\\c\nd\ud800';
  const text = formatMetrics(
    { ...METRICS, lastStartMs: null, turns: [{ ...GROUP, agent, timed: 0 }] },
    [],
    "1",
  );
  assertStringIncludes(text, '{agent="a\\"b\\\\c\\nd\ufffd",status=');
  for (const name of ["duration", "last_turn", "followed"]) {
    assert(!text.includes(name), name);
  }
});

Deno.test("formatMetrics takes rare agents together", () => {
  const turns = Array.from({ length: 80 }, (_, i) => ({
    ...{ ...GROUP, agent: `agent ${i}`, turns: 1000 - i, timed: 2 },
  }));
  const text = formatMetrics({ ...METRICS, turns }, [], "1");
  const ofTurns = text.split("\n").filter((line) =>
    line.startsWith("turncounter_turns{")
  );
  assertEquals(ofTurns.length, 51);
  const rest = turns.slice(50).reduce((sum, { turns }) => sum + turns, 0);
  assertStringIncludes(
    text,
    `turncounter_turns{agent="other",status="completed",outcome="completed"} ${rest}\n`,
  );
  assertStringIncludes(
    text,
    'turncounter_turn_duration_seconds_count{agent="other"} 60\n',
  );
});

Deno.test("formatMetrics names the machine of what another one follows", () => {
  const path = "/log";
  const text = formatMetrics(
    {
      ...METRICS,
      rejected: [{ host: "b", path, lines: 1 }, { host: null, path, lines: 2 }],
    },
    [
      { host: "b", path, lagBytes: null, movedMs: 1000 },
      { host: null, path, lagBytes: 5, movedMs: 2000 },
    ],
    "1",
  );
  const lines = text.split("\n").filter((line) => line.includes(path));
  assertEquals(lines, [
    'turncounter_followed_lag_bytes{path="/log"} 5',
    'turncounter_followed_read_timestamp_seconds{path="/log",host="b"} 1',
    'turncounter_followed_read_timestamp_seconds{path="/log"} 2',
    'turncounter_followed_rejected_lines_total{path="/log",host="b"} 1',
    'turncounter_followed_rejected_lines_total{path="/log"} 2',
  ]);
});
