/**
 * The status in the text format of Prometheus, version 0.0.4, for the textfile
 * collector of its node exporter.
 *
 * @module
 */

import {
  DURATION_BOUNDS,
  type Metrics,
  readMetrics,
  type TurnGroup,
} from "../store/open.ts";
import { type FollowedFile, lookUp, lookUpTree } from "./followed.ts";

// promtool refuses names with "counter" as a word in them.
const PREFIX = "turncounter";
/** How many agents have metrics of their own; the others share those of `other`. */
const MOST_AGENTS = 50;
const OTHER = "other";
/** The value of a label where the log says nothing. */
const NONE = "none";

/** A followed file or directory. */
type Followed = Pick<FollowedFile, "host" | "path" | "lagBytes" | "movedMs">;

/**
 * Reads the metrics of a database, and looks at the files that were followed
 * into it.
 *
 * @param version The version of the program.
 * @throws {Failure} As {@linkcode readMetrics} does.
 */
export async function prometheus(
  database: string,
  version: string,
): Promise<string> {
  const metrics = await readMetrics(database);
  const followed = [
    ...metrics.followed.map(lookUp),
    ...metrics.trees.map(lookUpTree),
  ];
  return formatMetrics(metrics, followed, version);
}

/** Writes metrics as lines of text, the last newline included. */
export function formatMetrics(
  metrics: Metrics,
  followed: readonly Followed[],
  version: string,
): string {
  const { schema, sessions, lastStartMs } = metrics;
  const groups = withOther(metrics.turns);
  const families = [
    family("build_info", "gauge", "The program that wrote this.", [
      [{ version, schema: String(schema) }, 1],
    ]),
    family(
      "turns",
      "gauge",
      "Turns in the database.",
      groups.map(({ agent, status, outcome, turns }) => [
        { agent: agent ?? NONE, status, outcome: outcome ?? NONE },
        turns,
      ]),
    ),
    family("sessions", "gauge", "Sessions in the database.", [[{}, sessions]]),
    histogram(groups),
    family(
      "last_turn_start_timestamp_seconds",
      "gauge",
      "When the turn that was stored last began.",
      lastStartMs === null ? [] : [[{}, lastStartMs / 1000]],
    ),
    family(
      "followed_lag_bytes",
      "gauge",
      "What is still to be read of a followed log or directory.",
      followed.flatMap(({ lagBytes, ...place }): Sample[] =>
        lagBytes === null ? [] : [[placeLabels(place), lagBytes]]
      ),
    ),
    family(
      "followed_read_timestamp_seconds",
      "gauge",
      "When a followed log or directory was read last.",
      followed.map(({ movedMs, ...place }) => [
        placeLabels(place),
        movedMs / 1000,
      ]),
    ),
    family(
      "followed_rejected_lines_total",
      "counter",
      "Lines of a followed log or directory that could not be decoded.",
      metrics.rejected.map((
        { lines, ...place },
      ) => [placeLabels(place), lines]),
    ),
  ];
  return families.join("");
}

type Sample = [labels: Record<string, string>, value: number];

/** A metric with its samples; nothing where it has none. */
function family(
  name: string,
  type: "gauge" | "counter",
  help: string,
  samples: readonly Sample[],
): string {
  if (samples.length === 0) return "";
  const full = `${PREFIX}_${name}`;
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${
    samples.map((each) => sample(full, each)).join("")
  }`;
}

/** Machines may follow files of the same path. */
function placeLabels(
  { host, path }: Pick<Followed, "host" | "path">,
): Record<string, string> {
  return host === null ? { path } : { path, host };
}

/** How long turns took, by agent. */
function histogram(groups: readonly TurnGroup[]): string {
  const name = `${PREFIX}_turn_duration_seconds`;
  const ofAgents = Map.groupBy(groups, ({ agent }) => agent ?? NONE);
  const lines = [...ofAgents].flatMap(([agent, own]) => {
    const sum = (value: (group: TurnGroup) => number) =>
      own.reduce((sum, group) => sum + value(group), 0);
    const count = sum(({ timed }) => timed);
    if (count === 0) return [];
    const bucket = (le: string, turns: number) =>
      sample(`${name}_bucket`, [{ agent, le }, turns]);
    return [
      ...DURATION_BOUNDS.map((bound, i) =>
        bucket(String(bound / 1000), sum(({ upTo }) => upTo[i]))
      ),
      bucket("+Inf", count),
      sample(`${name}_sum`, [
        { agent },
        sum(({ durationMs }) => durationMs) / 1000,
      ]),
      sample(`${name}_count`, [{ agent }, count]),
    ];
  });
  if (lines.length === 0) return "";
  return `# HELP ${name} How long turns took from the prompt to the answer.
# TYPE ${name} histogram
${lines.join("")}`;
}

function sample(name: string, [labels, value]: Sample): string {
  const all = Object.entries(labels).map(([name, value]) =>
    `${name}="${escapeLabel(value)}"`
  );
  return `${name}${all.length > 0 ? `{${all.join(",")}}` : ""} ${value}\n`;
}

const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
};

/** A log may name anything as an agent, and a path may have any character. */
function escapeLabel(value: string): string {
  return value.toWellFormed().replace(
    /[\\"\n]/g,
    (character) => ESCAPES[character],
  );
}

/** The groups with those of rare agents taken together. */
function withOther(groups: readonly TurnGroup[]): TurnGroup[] {
  const agents = [...Map.groupBy(groups, ({ agent }) => agent)]
    .map(([agent, own]) => ({
      agent,
      turns: own.reduce((sum, { turns }) => sum + turns, 0),
    }))
    .sort((a, b) => b.turns - a.turns);
  const named = new Set(agents.slice(0, MOST_AGENTS).map((it) => it.agent));
  const merged = new Map<string, TurnGroup>();
  for (const group of groups) {
    const agent = named.has(group.agent) ? group.agent : OTHER;
    const key = JSON.stringify([agent ?? NONE, group.status, group.outcome]);
    const known = merged.get(key);
    merged.set(
      key,
      known === undefined ? { ...group, agent } : add(known, group),
    );
  }
  return [...merged.values()];
}

function add(a: TurnGroup, b: TurnGroup): TurnGroup {
  return {
    ...a,
    turns: a.turns + b.turns,
    timed: a.timed + b.timed,
    durationMs: a.durationMs + b.durationMs,
    upTo: a.upTo.map((turns, i) => turns + b.upTo[i]),
  };
}
