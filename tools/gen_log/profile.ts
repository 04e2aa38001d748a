/**
 * What a real log is made of: the event types of one machine's day, how many
 * of each, and how long their lines are.
 *
 * @module
 */

/** The name of the event that carries a prompt. */
export const PROMPT = "turn.user_message";
/** The name of the event that carries a finished item, an answer among others. */
export const ITEM = "response.output_item.done";
/** The names of the events that end a turn, or the session of a process. */
export const COMPLETED = "turn.response.completed";
export const ABORTED = "turn.response.aborted";
export const SHUTDOWN = "turn.shutdown_complete";
/** The names of all events that concern a turn. */
export const TURN_EVENTS: readonly string[] = [
  ...[PROMPT, ITEM, COMPLETED, ABORTED, SHUTDOWN],
];
/** The name of the event that carries what a command printed. */
export const EXEC_END = "turn.exec.end";

/** One event type of the profile. */
export interface Kind {
  /** The event's name. */
  name: string;
  /** How many of them a log holds of {@linkcode PROFILE_EVENTS} events. */
  count: number;
  /** Mean length of its line in bytes. */
  mean: number;
  /** Length of its longest line, 0 where lengths vary little. */
  most: number;
  /** Where in a turn it is written. */
  at: "start" | "body";
}

/** Number of events in the log that was measured. */
export const PROFILE_EVENTS = 284_936;
/** Number of prompts in it. */
export const PROFILE_PROMPTS = 1_426;
/** Number of finished items in it. */
export const PROFILE_ITEMS = 3_797;
/** Number of turns in it that were completed or aborted. */
export const PROFILE_ENDS = 1_370;
/** Number of processes in it that were shut down. */
export const PROFILE_SHUTDOWNS = 300;

const kind = (
  name: string,
  count: number,
  mean: number,
  most = 0,
  at: Kind["at"] = "body",
): Kind => ({ name, count, mean, most, at });

/** The published types, but for those that concern a turn. */
const NAMED: Kind[] = [
  kind("response.function_call_arguments.delta", 63_605, 550),
  kind("turn.response.delta", 48_628, 535),
  kind("response.output_text.delta", 34_611, 549),
  kind("turn.agent_message.delta", 34_608, 405),
  kind("response.custom_tool_call_input.delta", 16_568, 543),
  kind("response.reasoning_summary_text.delta", 14_012, 571),
  kind("turn.reasoning.delta", 14_012, 428),
  kind("turn.raw_response_item", 8_494, 1_295, 46_000),
  kind("codex.token_count", 6_300, 794),
  kind("turn.token_count", 6_300, 794),
  kind("turn.item.started", 3_400, 706, 8_000),
  kind("turn.item.completed", 3_400, 706, 8_000),
  kind("response.completed", 3_074, 7_807, 60_000),
  kind("response.created", 1_941, 10_819, 60_000),
  kind("response.in_progress", 976, 20_492, 60_000),
  kind("turn.session_configured", 1_215, 1_564, 200_000, "start"),
  // Those over 1 MB are what `giants` adds.
  kind(EXEC_END, 927, 24_000, 900_000),
];

/** Types of which only the sum is published, but for those that end a turn. */
const OTHERS: Kind[] = [
  kind("turn.task_started", 1_420, 430, 0, "start"),
  ...([
    ["response.output_item.added", 2_430],
    ["response.content_part.added", 1_300],
    ["response.content_part.done", 1_300],
    ["response.output_text.done", 1_300],
    ["response.function_call_arguments.done", 1_200],
    ["response.reasoning_summary_part.added", 900],
    ["response.reasoning_summary_part.done", 900],
    ["response.reasoning_summary_text.done", 900],
    ["turn.exec.begin", 927],
    ["turn.agent_message", 800],
    ["turn.agent_reasoning", 700],
    ["turn.exec.output_delta", 400],
    ["turn.plan_update", 300],
    ["response.custom_tool_call_input.done", 300],
    ["turn.patch_apply.begin", 150],
    ["turn.patch_apply.end", 150],
    ["turn.turn_diff", 150],
    ["codex.rate_limits", 100],
  ] as const).map(([name, count]) => kind(name, count, 600, 6_000)),
  ...[
    "turn.agent_reasoning_section_break",
    "turn.mcp_tool_call.begin",
    "turn.mcp_tool_call.end",
    "turn.web_search.begin",
    "turn.web_search.end",
    "turn.stream_error",
    "turn.error",
    "turn.warning",
    "turn.background_event",
    "turn.exec_approval_request",
    "turn.apply_patch_approval_request",
    "turn.get_history_entry_response",
    "turn.list_custom_prompts_response",
    "turn.view_image_tool_call",
    "turn.entered_review_mode",
    "turn.exited_review_mode",
    "codex.idle",
    "codex.api_request",
    "codex.tool_decision",
    "codex.tool_result",
    "codex.conversation_starts",
    "response.failed",
    "response.incomplete",
  ].map((name) => kind(name, 15, 520, 4_000)),
];

/** All types of the profile but those that concern a turn. */
export const KINDS: readonly Kind[] = [...NAMED, ...OTHERS];

/**
 * Shares out `total` events among {@linkcode KINDS} in the profile's
 * proportions; the sum is exact.
 */
export function shareOut(total: number): number[] {
  const sum = KINDS.reduce((sum, kind) => sum + kind.count, 0);
  let before = 0;
  let given = 0;
  return KINDS.map((kind) => {
    before += kind.count;
    const upTo = Math.round(total * before / sum);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}
