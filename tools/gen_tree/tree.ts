/**
 * Makes homes of agents: the session files of each, as they are on people's
 * disks, in the proportions of public recordings.
 *
 * @module
 */

import { Random } from "../gen_log/random.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { copilot } from "./copilot.ts";
import { pi } from "./pi.ts";
import { type Agent, type Line, type Plan, Session } from "./session.ts";

/** All agents that a tree can be of. */
export const AGENTS: readonly Agent[] = [codex, claude, copilot, pi];

/** What tree to make. */
export interface TreeOptions {
  /** Number of files. Default 100. */
  files?: number;
  /** About how many bytes they have. Default 200,000 a file. */
  bytes?: number;
  /** Different trees for different seeds. Default 1. */
  seed?: number;
  /** The agents. Default all of {@linkcode AGENTS}. */
  agents?: readonly Agent[];
  /** Share of the files that are forks, where the agent has forks. Default 0.1. */
  forks?: number;
  /** Share of the files that are sub-agents', where the agent has such. Default 0.3. */
  subAgents?: number;
  /** Number of files with a giant line. Default 0. */
  giants?: number;
  /** Length of each giant line. Default 10 MB. */
  giantBytes?: number;
}

/** A file of the tree. */
export interface TreeFile {
  /** Its path below the root of the tree. */
  path: string;
  /** Its lines, each with its newline. */
  lines: Generator<string>;
  /** When the last line was written that was taken, in milliseconds since the epoch. */
  writtenMs(): number;
}

/** The first session begins on this day; others follow about every half hour. */
const FIRST_DAY = Date.UTC(2026, 0, 5);
const STEP_MS = 30 * 60_000;
/** How many sessions before it a fork's parent began at least: it is over. */
const FORK_DISTANCE = 10;
/** How much of a fork is copied. */
const COPIED = 0.5;

/**
 * The files of a tree, the oldest first. The same options give the same files,
 * on any machine.
 *
 * @example
 * ```ts
 * import { treeFiles } from "./tree.ts";
 *
 * for (const { path, lines } of treeFiles({ files: 20 })) {
 *   console.log(path, [...lines].length);
 * }
 * ```
 */
export function* treeFiles(options: TreeOptions = {}): Generator<TreeFile> {
  const { files = 100, bytes = files * 200_000, seed = 1 } = options;
  const { giants = 0, giantBytes = 10_000_000 } = options;
  const random = new Random(seed);
  const agents = agentsOf(random, options.agents ?? AGENTS, files);
  const weights = agents.map(() => random.size(1_000, 20_000));
  const every = giants > 0 ? Math.ceil(files / giants) : Infinity;
  let weight = weights.reduce((sum, weight) => sum + weight, 0);
  let left = bytes - giants * giantBytes;
  const plans = new Map<Agent, Plan[]>(agents.map((agent) => [agent, []]));
  for (const [i, agent] of agents.entries()) {
    const own = plans.get(agent)!;
    const plan: Plan = {
      seed: random.below(0x100000000),
      start: FIRST_DAY + i * STEP_MS + random.below(STEP_MS / 2),
      bytes: Math.max(0, left * weights[i] / weight),
      giantBytes: i % every === every - 1 ? giantBytes : 0,
      ...relationOf(random, agent, own.slice(0, -FORK_DISTANCE), options),
    };
    weight -= weights[i];
    left += plan.giantBytes;
    if (plan.parent === undefined && plan.caller === undefined) own.push(plan);
    const session = new Session(plan);
    const path = `${agent.name}/${agent.path(session)}`;
    const lines = counted(textOf(agent, session));
    yield { path, lines, writtenMs: () => session.time };
  }

  function* counted(lines: Generator<string>): Generator<string> {
    for (const line of lines) {
      left -= line.length;
      yield line;
    }
  }
}

/** The agent of each file, in the agents' shares. */
function agentsOf(
  random: Random,
  agents: readonly Agent[],
  files: number,
): Agent[] {
  const sum = agents.reduce((sum, { share }) => sum + share, 0);
  return Array.from({ length: files }, () => {
    let dice = random.next() * sum;
    return agents.find(({ share }) => (dice -= share) < 0) ?? agents[0];
  });
}

/** Whose copy a session is, or whose sub-agent's, if it is one. */
function relationOf(
  random: Random,
  { copy, hasSubAgents }: Agent,
  earlier: readonly Plan[],
  { forks = 0.1, subAgents = 0.3 }: TreeOptions,
): Pick<Plan, "parent" | "caller"> {
  const dice = random.next();
  if (earlier.length === 0) return {};
  const other = random.pick(earlier);
  if (copy !== null && dice < forks) return { parent: other };
  if (hasSubAgents && dice >= forks && dice < forks + subAgents) {
    return { caller: other };
  }
  return {};
}

function* textOf(agent: Agent, session: Session): Generator<string> {
  for (const line of linesOf(agent, session)) yield JSON.stringify(line) + "\n";
}

/** The lines of a session: turns until it has as many bytes as it is to have. */
function* linesOf(agent: Agent, session: Session): Generator<Line> {
  const { plan } = session;
  const begin = plan.parent === undefined
    ? agent.head(session)
    : agent.copy!(copiedLines(agent, plan.parent, plan.bytes), session);
  yield* begin;
  let size = sizeOf(begin);
  // The giant line comes on top.
  const most = plan.bytes + plan.giantBytes;
  do {
    const turn = [...agent.turn(session)];
    size += sizeOf(turn);
    yield* turn;
  } while (size < most);
  yield* agent.tail?.(session) ?? [];
}

/** What a fork copies of its parent: its first turns. */
function copiedLines(agent: Agent, parent: Plan, bytes: number): Line[] {
  const session = new Session({ ...parent, giantBytes: 0 });
  const lines = agent.head(session);
  const most = Math.min(parent.bytes, bytes) * COPIED;
  for (let size = sizeOf(lines); size < most;) {
    const turn = [...agent.turn(session)];
    size += sizeOf(turn);
    lines.push(...turn);
  }
  return lines;
}

function sizeOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0);
}
