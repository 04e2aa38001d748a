/**
 * The status for people.
 *
 * @module
 */

import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRoughly,
  formatShare,
} from "../terminal/numbers.ts";
import { shortId, visible } from "../terminal/visible.ts";
import type { TurnStatus } from "../turns/turn.ts";
import { bar } from "../terminal/bars.ts";
import type { FileState, FollowedFile } from "./followed.ts";
import type { LastTurn } from "../store/open.ts";
import type { Report } from "./report.ts";
import {
  type Canvas,
  type Cell,
  type Column,
  table,
} from "../terminal/table.ts";
import { cut, widthOf } from "../terminal/text.ts";
import { agents, directories, outcomes } from "./breakdown.ts";
import { label } from "./label.ts";
import { formatInstant } from "./since.ts";

/** How to show a {@linkcode Report}. */
export interface ViewOptions extends Canvas {
  /** The present moment, from which ages count, in milliseconds since the epoch. */
  now: number;
}

/** How much of a prompt is shown, in columns, however wide the terminal is. */
const MOST_PROMPT = 100;
/** How long a bar gets, in columns. */
const MOST_BAR = 50;
/** `100.0 %` */
const WIDEST_SHARE = 7;

/** What is shown in place of a lag that is not known. */
const STATES: Record<FileState, string> = {
  current: "?",
  rotated: "rotated",
  truncated: "truncated",
  missing: "missing",
  unreadable: "no access",
  elsewhere: "?",
};

/**
 * Writes a status as lines of text, the last newline included. What changes
 * most comes first: a terminal may be too low for all of it.
 */
export function view(status: Report, { now, ...canvas }: ViewOptions): string {
  const sections = [
    [cut(visible(status.database), canvas.width)],
    summary(status, canvas),
    outcomes(status, canvas),
    followed(status, now, canvas),
    lastTurns(status.lastTurns, now, canvas),
    agents(status, canvas),
    directories(status, canvas),
    days(status, canvas),
  ].filter((lines) => lines.length > 0);
  return sections.map((lines) => lines.join("\n") + "\n").join("\n");
}

function summary(
  { turns, byStatus, sessions, durations, sinceMs }: Report,
  canvas: Canvas,
): string[] {
  const rows: Cell[][] = [
    [
      "turns",
      formatCount(turns),
      `in ${formatCount(sessions)} ${sessions === 1 ? "session" : "sessions"}${
        sinceMs === null ? "" : ` since ${formatInstant(sinceMs)}`
      }`,
    ],
    ...Object.entries(byStatus).map(([status, count]) => [
      label(status as TurnStatus),
      formatCount(count),
      formatShare(count, turns).padStart(WIDEST_SHARE),
    ]),
  ];
  if (durations !== null) {
    const scope = durations.turns < byStatus.completed
      ? `the last ${formatCount(durations.turns)} completed`
      : "completed";
    rows.push(
      [
        "median",
        formatDuration(durations.median),
        `duration of ${scope} turns`,
      ],
      ["p95", formatDuration(durations.p95)],
      ["longest", formatDuration(durations.longest)],
    );
  }
  return table([{}, { align: "right" }, {}], rows, canvas);
}

function followed(
  { files, directories }: Report,
  now: number,
  canvas: Canvas,
): string[] {
  if (files.length + directories.length === 0) return [];
  const hasCounts = directories.length > 0;
  const row = (
    { host, path, state, readBytes, movedMs, lagBytes }: FollowedFile,
    count = 1,
  ) => [
    formatBytes(readBytes),
    formatRoughly(now - movedMs),
    lagBytes === null ? STATES[state] : formatBytes(lagBytes),
    ...(hasCounts ? [formatCount(count)] : []),
    visible(host === null ? path : `${host}:${path}`),
  ];
  const rows = [
    ...files.map((file) => row(file)),
    ...directories.map(({ files, ...directory }) => {
      const isThere = directory.state === "current";
      const lagBytes = isThere ? directory.lagBytes : null;
      return row({ ...directory, lagBytes }, files);
    }),
  ];
  const header = [
    ...["read", "ago", "unread"],
    ...(hasCounts ? ["files", "followed"] : ["followed"]),
  ];
  const columns: Column[] = header.map((_, i) =>
    i === header.length - 1 ? { keep: "end" } : { align: "right" }
  );
  return table(columns, [header, ...rows], canvas);
}

function lastTurns(
  turns: LastTurn[],
  now: number,
  canvas: Canvas,
): string[] {
  if (turns.length === 0) return [];
  const rows = turns.map((turn) => [
    String(turn.id),
    shortId(turn.sid),
    turn.startMs === null ? "?" : formatRoughly(now - turn.startMs),
    label(turn.status),
    cut(visible(turn.userText ?? ""), MOST_PROMPT),
  ]);
  return table(
    [{ align: "right" }, {}, { align: "right" }, {}, {}],
    [["turn", "session", "age", "status", "prompt"], ...rows],
    canvas,
  );
}

function days({ days }: Report, canvas: Canvas): string[] {
  if (days.length === 0) return [];
  const greatest = Math.max(...days.map(({ turns }) => turns));
  const labels = days.map(({ day, turns }) => [
    visible(day),
    formatCount(turns),
  ]);
  const header = ["day", "turns"];
  const columns: Column[] = [{}, { align: "right" }, {}];
  // What the two columns and the gap after them leave.
  const [line] = table(columns, [...labels, header], canvas);
  const room = Math.min(MOST_BAR, canvas.width - widthOf(line) - 2);
  const rows = labels.map((row, i) => [
    ...row,
    bar(days[i].turns, greatest, room),
  ]);
  return table(columns, [header, ...rows], canvas);
}
