/**
 * The last sessions, one line each, with their turns as bars.
 *
 * @module
 */

import type { ReportData, ReportedTurn } from "../store/open.ts";
import { formatCount } from "../terminal/numbers.ts";
import { short } from "./axis.ts";
import { excerpt, isolated, section } from "./html.ts";
import { FATE_SERIES, legend } from "./legend.ts";
import { percent } from "./plot.ts";
import { formatMoment, formatShortMoment, formatSpan } from "./times.ts";

const HOUR = 3_600_000;
/** How far the timeline may go back: the shortest that has enough sessions. */
const WINDOWS = [3, 12, 24, 72, 168, 720, 2160].map((hours) => hours * HOUR);
const ENOUGH = 8;
/** How many sessions are shown at most, the last ones. */
const MOST_SESSIONS = 20;
/** How many labels the axis of times has, the first and the last included. */
const LABELS = 5;
/** Below which span labels have seconds, in milliseconds: minutes would be too coarse. */
const SHORT_SPAN = 30 * 60_000;
/** The width that coordinates refer to, and the least of a bar. */
const WIDTH = 1000;
const LEAST = 3;
/** How much of an id, of a name and of a prompt is shown, in columns. */
const MOST_ID = 5;
const MOST_NAME = 14;
const MOST_PROMPT = 60;

/** The turns of a session, the oldest first. */
interface Session {
  sid: string;
  turns: ReportedTurn[];
}

/** The section of the timeline; empty where there is no turn. */
export function timelineChart({ lastTurns }: ReportData): string {
  if (lastTurns.length === 0) return "";
  const sessions = [...Map.groupBy(lastTurns, ({ sid }) => sid)]
    .map(([sid, turns]) => ({ sid, turns }))
    .sort((a, b) => b.turns.at(-1)!.startMs - a.turns.at(-1)!.startMs)
    .slice(0, MOST_SESSIONS);
  const until = Math.max(...lastTurns.map(endOf));
  const from = Math.max(beginOf(sessions, until), lastTurns[0].startMs);
  const shown = sessions
    .map(({ sid, turns }) => ({
      sid,
      turns: turns.filter((turn) => endOf(turn) >= from),
    }))
    .filter(({ turns }) => turns.length > 0);
  const span = Math.max(1, until - from);
  const times = Array.from({ length: LABELS }, (_, i) => i / (LABELS - 1));
  return section(
    "timeline",
    "The last sessions",
    `<p>From ${formatMoment(from)} to ${
      formatMoment(until)
    }, the last one first.</p>
<figure><figcaption>${legend(FATE_SERIES)}</figcaption>
<ul class="timeline">
${shown.map((session) => rowOf(session, from, span)).join("\n")}
</ul>
<div class="x times" aria-hidden="true">${
      times.map((at) =>
        `<span style="left:${percent(at)}">${
          formatShortMoment(from + at * span, span < SHORT_SPAN)
        }</span>`
      ).join("")
    }</div></figure>`,
  );
}

/** When the shortest window begins that has enough sessions. */
function beginOf(sessions: readonly Session[], until: number): number {
  const enough = Math.min(ENOUGH, sessions.length);
  const window = WINDOWS.find((window) =>
    sessions.filter(({ turns }) => endOf(turns.at(-1)!) >= until - window)
      .length >= enough
  );
  return window === undefined ? -Infinity : until - window;
}

function endOf({ startMs, durationMs }: ReportedTurn): number {
  return startMs + (durationMs ?? 0);
}

function rowOf(
  { sid, turns }: Session,
  from: number,
  span: number,
): string {
  const { agent, cwd } = turns.at(-1)!;
  const id = excerpt(sid.slice(-MOST_ID), MOST_ID);
  const directory = cwd?.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const about = [agent ?? "", directory].filter((text) => text !== "")
    .map((text) => isolated(excerpt(text, MOST_NAME))).join(" · ");
  const count = `${formatCount(turns.length)} ${
    turns.length === 1 ? "turn" : "turns"
  }`;
  return `<li><span class="who"><b>${
    isolated(id)
  }</b> ${about}</span><svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" role="img" aria-label="Session ${id}: ${count}"><path class="grid" d="M0 9.5h${WIDTH}"/>${
    turns.map((turn) => barOf(turn, from, span)).join("")
  }</svg></li>`;
}

function barOf(turn: ReportedTurn, from: number, span: number): string {
  const start = WIDTH * (Math.max(from, turn.startMs) - from) / span;
  const end = WIDTH * (endOf(turn) - from) / span;
  const width = Math.max(LEAST, end - start);
  const x = Math.min(start, WIDTH - width);
  const took = turn.durationMs === null
    ? ""
    : `, ${formatSpan(turn.durationMs)}`;
  const title = `${turn.id} ${turn.fate}${took}: ${
    excerpt(turn.userText, MOST_PROMPT)
  }`;
  return `<path class="${turn.fate}" d="M${short(x)} 1h${short(width)}v8h-${
    short(width)
  }z"><title>${title}</title></path>`;
}
