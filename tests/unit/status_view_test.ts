import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { unicodeWidth } from "@std/cli";
import type {
  FollowedDirectory,
  FollowedFile,
} from "../../src/status/followed.ts";
import type { Report } from "../../src/status/report.ts";
import type { LastTurn } from "../../src/store/open.ts";
import { view } from "../../src/status/view.ts";
import { formatInstant } from "../../src/status/since.ts";
import type { TurnStatus } from "../../src/turns/turn.ts";

const NOW = Date.UTC(2025, 10, 18, 20);
const SID = "019a967c-2894-74b3-bfd7-24d460bc9c78";

const EMPTY: Report = {
  database: "turns.db",
  readMs: NOW,
  turns: 0,
  byStatus: { completed: 0, orphaned: 0, waiting_response: 0 },
  sessions: 0,
  sinceMs: null,
  durations: null,
  breakdown: { turns: 0, outcomes: [], agents: [], cwds: [] },
  days: [],
  lastTurns: [],
  files: [],
  directories: [],
};

function turn(fields: Partial<LastTurn> = {}): LastTurn {
  return {
    id: 1,
    sid: SID,
    status: "completed",
    startTime: "2025-11-18T19:59:57.000",
    startMs: NOW - 3000,
    userText: "hello",
    ...fields,
  };
}

function file(fields: Partial<FollowedFile> = {}): FollowedFile {
  return {
    host: null,
    path: "/var/log/agents/sse_lines.jsonl",
    state: "current",
    readBytes: 12_345_678_901,
    readLines: 5_000_000,
    movedMs: NOW - 1000,
    sizeBytes: 12_345_701_234,
    lagBytes: 22_333,
    ...fields,
  };
}

function directory(
  fields: Partial<FollowedDirectory> = {},
): FollowedDirectory {
  return {
    host: null,
    path: "/home/dev/.codex/sessions",
    state: "current",
    files: 4321,
    readBytes: 1_234_567_890,
    readLines: 1_000_000,
    movedMs: NOW - 2000,
    sizeBytes: 1_234_567_999,
    lagBytes: 109,
    ...fields,
  };
}

const LARGE: Report = {
  ...EMPTY,
  turns: 10_060_000,
  byStatus: {
    completed: 8_500_000,
    orphaned: 1_100_000,
    waiting_response: 460_000,
  },
  sessions: 3_340_000,
  durations: { turns: 10_000, median: 9973, p95: 72_500, longest: 1_925_515 },
  days: [
    { day: "2025-11-16", turns: 724_320 },
    { day: "2025-11-17", turns: 362_160 },
    { day: "2025-11-18", turns: 3 },
  ],
  lastTurns: [
    turn({
      id: 10_060_000,
      status: "waiting_response",
      userText: "日本語のログを読んで、要約してください",
    }),
    turn({
      id: 10_059_999,
      startMs: NOW - 65_000,
      userText:
        "look:\x1b[2J\r\n\u202ethis\u2066 line \x9b31mcontrols nothing and is too long",
    }),
    turn({
      id: 10_059_998,
      status: "orphaned",
      startMs: NOW - 3 * 86_400_000,
      userText: "👩‍🔬 never mind",
    }),
  ],
  files: [
    file(),
    file({
      path: "/tmp/other.jsonl",
      state: "rotated",
      readBytes: 0,
      movedMs: NOW - 90_000,
      lagBytes: null,
    }),
  ],
  directories: [directory()],
};

function assertView(width: number, expected: string, status = LARGE): void {
  const actual = view(status, { width, color: false, now: NOW });
  assertEquals(actual, expected);
}

Deno.test("view shows a large database in 80 columns", () => {
  assertView(
    80,
    `\
turns.db

turns      10,060,000  in 3,340,000 sessions
completed   8,500,000   84.5 %
orphaned    1,100,000   10.9 %
waiting       460,000    4.6 %
median           10 s  duration of the last 10,000 completed turns
p95        1 min 13 s
longest    32 min 6 s

  read    ago   unread  files  followed
 12 GB    1 s    22 kB      1  /var/log/agents/sse_lines.jsonl
   0 B  1 min  rotated      1  /tmp/other.jsonl
1.2 GB    2 s    109 B  4,321  /home/dev/.codex/sessions

    turn  session    age  status     prompt
10060000  c9c78      3 s  waiting    日本語のログを読んで、要約してください
10059999  c9c78    1 min  completed  look: [2J this line 31mcontrols nothing an…
10059998  c9c78      3 d  orphaned   👩🔬 never mind

day           turns
2025-11-16  724,320  ██████████████████████████████████████████████████
2025-11-17  362,160  █████████████████████████
2025-11-18        3  ▏
`,
  );
});

Deno.test("view shows a large database in 40 columns", () => {
  assertView(
    40,
    `\
turns.db

turns      10,060,000  in 3,340,000 ses…
completed   8,500,000   84.5 %
orphaned    1,100,000   10.9 %
waiting       460,000    4.6 %
median           10 s  duration of the …
p95        1 min 13 s
longest    32 min 6 s

  read    ago   unread  files  followed
 12 GB    1 s    22 kB      1  …es.jsonl
   0 B  1 min  rotated      1  …er.jsonl
1.2 GB    2 s    109 B  4,321  …sessions

    turn  session    age  status     pr…
10060000  c9c78      3 s  waiting    日…
10059999  c9c78    1 min  completed  lo…
10059998  c9c78      3 d  orphaned   👩…

day           turns
2025-11-16  724,320  ███████████████████
2025-11-17  362,160  █████████▌
2025-11-18        3  ▏
`,
  );
});

Deno.test("view shows as much of a prompt as the width allows, 100 columns at most", () => {
  const prompts = ["many words ".repeat(30), "日本語のログ".repeat(30)];
  for (const userText of prompts) {
    const lineOf = (width: number) => {
      const status = { ...EMPTY, lastTurns: [turn({ userText })] };
      const text = view(status, { width, color: false, now: NOW });
      return text.split("\n").find((line) => line.includes(" completed  "))!;
    };
    for (const width of [60, 80, 120]) {
      // A wide character may leave one column free.
      assert([width, width - 1].includes(unicodeWidth(lineOf(width))));
    }
    assert(unicodeWidth(lineOf(Infinity)) < 140);
    assertEquals(lineOf(1000), lineOf(Infinity));
    assert(lineOf(1000).endsWith("…"));
  }
});

Deno.test("view shows an empty database", () => {
  assertView(
    80,
    `\
turns.db

turns      0  in 0 sessions
completed  0
orphaned   0
waiting    0
`,
    EMPTY,
  );
});

Deno.test("view shows how many turns the durations cover, unless all", () => {
  const durations = { turns: 2, median: 1000, p95: 2000, longest: 2000 };
  const byStatus = { completed: 2, orphaned: 1, waiting_response: 0 };
  const status = { ...EMPTY, turns: 3, sessions: 1, byStatus, durations };
  assertView(
    80,
    `\
turns.db

turns          3  in 1 session
completed      2   66.7 %
orphaned       1   33.3 %
waiting        0    0.0 %
median     1.0 s  duration of completed turns
p95        2.0 s
longest    2.0 s
`,
    status,
  );
});

/** A status of which the last turns are broken down. */
const BROKEN_DOWN: Report = {
  ...EMPTY,
  ...{ turns: 10_060_000, sessions: 7, sinceMs: null },
  byStatus: {
    completed: 10_000_000,
    orphaned: 50_000,
    waiting_response: 10_000,
  },
  breakdown: {
    turns: 10_000,
    outcomes: [
      { status: "completed", outcome: "completed", turns: 9000 },
      { status: "orphaned", outcome: "aborted", turns: 800 },
      { status: "completed", outcome: "failed", turns: 150 },
      { status: "waiting_response", outcome: null, turns: 50 },
    ],
    agents: [
      { name: "codex", turns: 9990 },
      { name: null, turns: 10 },
    ],
    cwds: [
      { name: "/home/dev/a\x1b[2J", turns: 5000 },
      { name: "/home/dev/b", turns: 200 },
    ],
  },
};

Deno.test("view shows outcomes beside statuses, agents and directories, and of which turns", () => {
  assertView(
    60,
    `\
turns.db

turns      10,060,000  in 7 sessions
completed  10,000,000   99.4 %
orphaned       50,000    0.5 %
waiting        10,000    0.1 %

outcome    completed  orphaned  waiting  of the last 10,000…
completed      9,000         0        0
aborted            0       800        0
failed           150         0        0
none               0         0       50

turns   share  agent, of the last 10,000 turns
9,990  99.9 %  codex
   10   0.1 %  unknown

turns   share  working directory, of the last 10,000 turns
5,000  50.0 %  /home/dev/a [2J
  200   2.0 %  /home/dev/b
4,800  48.0 %  others
`,
    BROKEN_DOWN,
  );
});

Deno.test("view shows since when turns began, and no scope where all were looked at", () => {
  const sinceMs = NOW - 86_400_000;
  const status = { ...BROKEN_DOWN, turns: 10_000, sinceMs };
  const text = view(status, { width: 80, color: false, now: NOW });
  assertStringIncludes(text, `in 7 sessions since ${formatInstant(sinceMs)}\n`);
  assert(!text.includes("of the last"), text);
});

Deno.test("view shows no outcomes, agents and directories where the log has none", () => {
  const breakdown = {
    turns: 1,
    outcomes: [{ status: "completed" as const, outcome: null, turns: 1 }],
    agents: [{ name: null, turns: 1 }],
    cwds: [{ name: null, turns: 1 }],
  };
  const options = { width: 80, color: false, now: NOW };
  const status = { ...EMPTY, turns: 1 };
  assertEquals(view({ ...status, breakdown }, options), view(status, options));
});

Deno.test("view colours statuses, and changes nothing else", () => {
  const options = { width: 60, now: NOW };
  const colored = view(LARGE, { ...options, color: true });
  for (
    const [code, word] of [[32, "completed"], [33, "waiting"], [35, "orphaned"]]
  ) {
    const painted = `\x1b[${code}m${word}\x1b[0m`;
    assertEquals(colored.split(painted).length - 1, 2, painted);
  }
  // deno-lint-ignore no-control-regex
  const plain = colored.replace(/\x1b\[\d+m/g, "");
  assertEquals(plain, view(LARGE, { ...options, color: false }));
});

Deno.test("view lets no name and no text control the terminal", () => {
  const evil = "a\x1b[2Jb\nc\x9b31m\u202ed";
  const status = {
    ...LARGE,
    database: evil,
    days: [{ day: evil, turns: 1 }],
    lastTurns: [
      turn({ userText: evil, sid: evil.slice(0, 8) }),
      turn({ status: evil as TurnStatus }),
    ],
    files: [file({ path: evil })],
    directories: [directory({ path: evil })],
  };
  const text = view(status, { width: 80, color: false, now: NOW });
  assertEquals(/[^\P{C}\n]/u.exec(text), null);
  assertEquals(text.split("a [2Jb c 31md").length - 1, 6);
});

Deno.test("view does not colour an unknown status", () => {
  const status = {
    ...EMPTY,
    lastTurns: [turn({ status: "new" as TurnStatus })],
  };
  const text = view(status, { width: 80, color: true, now: NOW });
  assertStringIncludes(text, "   1  c9c78    3 s  new     hello\n");
  // Every object inherits a member of that name.
  status.lastTurns[0].status = "constructor" as TurnStatus;
  assertStringIncludes(
    view(status, { width: 80, color: true, now: NOW }),
    "   1  c9c78    3 s  constructor  hello\n",
  );
});

Deno.test("view marks unknown values", () => {
  const status = {
    ...EMPTY,
    lastTurns: [turn({ startMs: null, startTime: null, userText: null })],
    files: [
      file({ state: "missing", lagBytes: null }),
      file({ state: "truncated", lagBytes: null }),
      file({ state: "unreadable", lagBytes: null }),
    ],
    directories: [directory({ state: "missing", files: 1 })],
  };
  const text = view(status, { width: 80, color: false, now: NOW });
  assertStringIncludes(text, "   1  c9c78      ?  completed\n");
  for (const word of ["missing", "truncated", "no access"]) {
    assertStringIncludes(text, `  ${word}      1  /var`);
  }
  assertStringIncludes(text, "  missing      1  /home/dev/.codex/sessions\n");
});
