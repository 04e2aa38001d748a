/**
 * The tables of turns and of working directories.
 *
 * @module
 */

import type { ReportData, ReportedTurn } from "../store/open.ts";
import { formatCount, formatShare } from "../terminal/numbers.ts";
import { escape, excerpt, htmlTable, isolated, section } from "./html.ts";
import { percent } from "./plot.ts";
import { formatMoment, formatSpan } from "./times.ts";

/** How much of a prompt, of an agent and of a directory is shown, in columns. */
const MOST_PROMPT = 110;
const MOST_AGENT = 14;
const MOST_DIRECTORY = 100;

/** The longest turns, and the last that were not completed. */
export function turnLists({ longest, unfinished }: ReportData): string {
  return [
    list("longest", "The longest turns", longest),
    list(
      "unfinished",
      "The last orphaned, aborted and failed turns",
      unfinished,
    ),
  ].join("\n");
}

function list(
  id: string,
  title: string,
  turns: readonly ReportedTurn[],
): string {
  if (turns.length === 0) return "";
  const table = htmlTable(
    title,
    [
      { title: "Turn", isNumber: true },
      { title: "Began" },
      { title: "Took", isNumber: true },
      { title: "Outcome" },
      { title: "Agent" },
      { title: "Prompt", isWide: true },
    ],
    turns.map((turn) => [
      String(turn.id),
      formatMoment(turn.startMs),
      formatSpan(turn.durationMs),
      `<i class="${turn.fate}"></i>${turn.fate}`,
      isolated(excerpt(turn.agent, MOST_AGENT)),
      isolated(excerpt(turn.userText, MOST_PROMPT)),
    ]),
    true,
  );
  return section(id, title, `${table}\n`);
}

/** The working directories; empty where the log names none. */
export function directories({ cwds, turns }: ReportData): string {
  if (cwds.every(({ cwd }) => cwd === null)) return "";
  const most = Math.max(...cwds.map(({ turns }) => turns));
  const table = htmlTable(
    "Working directories",
    [
      { title: "Directory", isWide: true },
      { title: "Turns", isNumber: true },
      { title: "Share" },
      { title: "Completed", isNumber: true },
      { title: "Total time", isNumber: true },
    ],
    cwds.map(({ cwd, turns: own, completed, durationMs }) => [
      cwd === null ? "unknown" : isolated(nameOf(cwd)),
      formatCount(own),
      `<span class="bar" style="--share:${percent(own / most)}">${
        formatShare(own, turns)
      }</span>`,
      formatShare(completed, own),
      formatSpan(durationMs),
    ]),
  );
  return section("cwds", "Working directories", `${table}\n`);
}

/** A path, with places where it may be wrapped. */
function nameOf(cwd: string): string {
  const shown = cwd.length > MOST_DIRECTORY
    ? `…${cwd.slice(-MOST_DIRECTORY)}`
    : cwd;
  return escape(shown).replaceAll("/", "/<wbr>");
}
