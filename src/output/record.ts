/**
 * The line that stdout gets for a turn (SPEC section 6).
 *
 * @module
 */

import type { Turn } from "../turns/turn.ts";

/**
 * Writes a turn as one line of JSON, newline included: all keys, always in the
 * same order, `null` where a value is unknown.
 */
export function formatRecord(turn: Turn): string {
  return JSON.stringify({
    turn_id_glob: turn.id,
    sid: turn.sid,
    pid: turn.pid,
    session_turn: turn.sessionTurn,
    session_pid_turn: turn.sessionPidTurn,
    status: turn.status,
    user_text: turn.userText,
    assistant_text: turn.assistantText,
    start_time: turn.startTime,
    end_time: turn.endTime,
    duration_ms: turn.durationMs,
    original_turn_id: turn.turnId,
    pid_mismatch: turn.pidMismatch,
    agent: turn.agent,
    cwd: turn.cwd,
    outcome: turn.outcome,
    outcome_reason: turn.outcomeReason,
    outcome_time: turn.outcomeTime,
  }) + "\n";
}
