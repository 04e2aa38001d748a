/**
 * The status for scripts.
 *
 * @module
 */

import { escaped } from "../terminal/visible.ts";
import type { FollowedFile } from "./followed.ts";
import type { Report } from "./report.ts";

/**
 * Writes a status as one line of JSON, newline included. All keys are always
 * there, in this order; later versions may add some.
 *
 * ```jsonc
 * {
 *   "database": "turns.db",              // as it was named
 *   "read_at": "2025-11-18T19:30:00.000Z",
 *   // null without --since; else all of the following but files is only of
 *   // turns that began then or later
 *   "since": null,
 *   "turns": {"total": 4, "completed": 2, "orphaned": 1, "waiting_response": 1},
 *   "orphan_rate": 0.25,                 // orphaned / total; null without turns
 *   "sessions": 2,
 *   // of the last completed turns, at most 10,000; null without any
 *   "duration_ms": {"turns": 2, "median": 9973, "p95": 10500, "longest": 10500},
 *   // of the last 10,000 turns, or of all with --since: outcomes by status, and
 *   // the 10 agents and the 10 directories with the most turns; an outcome is
 *   // null as long as the turn may not be over, a name where the log has none
 *   "breakdown": {"turns": 4,
 *     "outcomes": [{"status": "completed", "outcome": null, "turns": 4}],
 *     "agents": [{"agent": "codex", "turns": 4}],
 *     "cwds": [{"cwd": "/home/dev/app", "turns": 4}]},
 *   // the last 14 days on which turns began, the oldest first
 *   "days": [{"day": "2025-11-18", "turns": 4}],
 *   // the 10 turns minted last, the newest first; user_text up to its first
 *   // 1,000 bytes, age_ms from start_time to read_at
 *   "last_turns": [{"turn_id_glob": 4, "sid": "019a…", "status": "completed",
 *     "start_time": "2025-11-18T19:29:00.000", "age_ms": 60000,
 *     "user_text": "hello"}],
 *   // by path; state is "current", "rotated" (another file is there, which is
 *   // not yet seen), "truncated", "missing" or "unreadable", and lag_bytes is
 *   // null in all but the first; it counts what is unread in files that were
 *   // rotated before, and is null where one of these is compressed;
 *   // host is null for this machine, and the name of another one, whose
 *   // state is "elsewhere"
 *   "files": [{"host": null, "path": "/var/log/sse_lines.jsonl",
 *     "state": "current", "read_bytes": 100, "read_lines": 2,
 *     "read_at": "2025-11-18T19:29:59.000Z", "size_bytes": 120, "lag_bytes": 20}],
 *   // by path; state is "current", "missing", "unreadable" or "elsewhere", and
 *   // the numbers are sums of the followed files below the directory
 *   "directories": [{"host": null, "path": "/home/dev/.codex/sessions",
 *     "state": "current", "files": 2, "read_bytes": 100, "read_lines": 2,
 *     "read_at": "2025-11-18T19:29:59.000Z", "size_bytes": 120, "lag_bytes": 20}]
 * }
 * ```
 */
export function formatJson(status: Report): string {
  const { readMs, sinceMs, turns, byStatus, durations, breakdown } = status;
  const json = JSON.stringify({
    database: status.database,
    read_at: formatTime(readMs),
    since: sinceMs === null ? null : formatTime(sinceMs),
    turns: {
      total: turns,
      completed: byStatus.completed,
      orphaned: byStatus.orphaned,
      waiting_response: byStatus.waiting_response,
    },
    orphan_rate: turns === 0 ? null : byStatus.orphaned / turns,
    sessions: status.sessions,
    duration_ms: durations && {
      turns: durations.turns,
      median: durations.median,
      p95: durations.p95,
      longest: durations.longest,
    },
    breakdown: {
      turns: breakdown.turns,
      outcomes: breakdown.outcomes.map(({ status, outcome, turns }) => (
        { status, outcome, turns }
      )),
      agents: breakdown.agents.map(({ name, turns }) => (
        { agent: name, turns }
      )),
      cwds: breakdown.cwds.map(({ name, turns }) => ({ cwd: name, turns })),
    },
    days: status.days.map(({ day, turns }) => ({ day, turns })),
    last_turns: status.lastTurns.map((turn) => ({
      turn_id_glob: turn.id,
      sid: turn.sid,
      status: turn.status,
      start_time: turn.startTime,
      age_ms: turn.startMs === null ? null : readMs - turn.startMs,
      user_text: turn.userText,
    })),
    files: status.files.map((file) => ({
      ...placeOf(file),
      ...readingOf(file),
    })),
    directories: status.directories.map((directory) => ({
      ...placeOf(directory),
      files: directory.files,
      ...readingOf(directory),
    })),
  });
  return escaped(json) + "\n";
}

function placeOf({ host, path, state }: FollowedFile) {
  return { host, path, state };
}

function readingOf(file: FollowedFile) {
  return {
    read_bytes: file.readBytes,
    read_lines: file.readLines,
    read_at: formatTime(file.movedMs),
    size_bytes: file.sizeBytes,
    lag_bytes: file.lagBytes,
  };
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
