/**
 * The logs that the benchmark reads, made when first asked for.
 *
 * @module
 */

import { exists } from "../build/paths.ts";
import { canonicalLine } from "../gen_log/envelope.ts";
import { Random } from "../gen_log/random.ts";
import { output } from "./measure.ts";
import type { Setting } from "./part.ts";

/** A log on disk. */
export interface Log {
  path: string;
  bytes: number;
  events: number;
}

/** The command that makes a log on its standard output. */
export function generate(options: Record<string, number | string>): string[] {
  return generator("gen_log.ts", options);
}

/** The command that runs a generator. */
function generator(
  name: string,
  options: Record<string, number | string>,
): string[] {
  const words = Object.entries(options).map(([name, value]) =>
    value === "" ? `--${name}` : `--${name}=${value}`
  );
  const script = `${import.meta.dirname}/../${name}`;
  const offline = `${import.meta.dirname}/../offline/deno.json`;
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    // What the generator imports is there too, and needs no network.
    `--config=${offline}`,
    "--allow-write",
    script,
    ...words,
  ];
}

/** A generated log, from a file of an earlier part or run if there is one. */
export async function generatedLog(
  { folder, say }: Setting,
  options: { events: number } & Record<string, number | string>,
): Promise<Log> {
  const name = Object.entries(options).flat().filter((word) => word !== "");
  const path = `${folder}/log-${name.join("-")}.jsonl`;
  if (!await exists(path)) {
    say(`making a log of ${options.events} events`);
    await output(generate({ ...options, out: `${path}.part` }));
    await Deno.rename(`${path}.part`, path);
  }
  const { size } = await Deno.stat(path);
  return { path, bytes: size, events: options.events };
}

/** A directory of session files. */
export interface Tree extends Log {
  files: number;
}

/** Generated homes of all agents, from an earlier part or run if there are some. */
export async function generatedTree(
  { folder, say }: Setting,
  files: number,
  bytes: number,
): Promise<Tree> {
  const path = `${folder}/tree-${files}-${bytes}`;
  const about = `${path}.json`;
  if (!await exists(about)) {
    say(`making a tree of ${files} files`);
    await removeTree(path);
    const giants = { giants: 5, "giant-bytes": bytes / 100 };
    const options = { files, bytes, ...giants, out: path };
    const made = await output(generator("gen_tree.ts", options));
    await Deno.writeTextFile(about, made);
  }
  const made = JSON.parse(await Deno.readTextFile(about));
  return { path, bytes: made.bytes, events: made.lines, files: made.files };
}

async function removeTree(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}

/** What a log of turns and nothing else is made of. */
export interface TurnLogOptions {
  /** Number of turns; each has a prompt and, mostly, an answer. */
  turns: number;
  /** First time, in milliseconds. */
  start: number;
  /** Sessions and processes that the turns go to, one after the other. */
  sessions: [sid: string, pid: number][];
  /** Share of the turns that stay without an answer. */
  orphans?: number;
  /** Lines that concern no turn before each event. */
  noise?: number;
}

/** Some new sessions. */
export function newSessions(
  count: number,
  time: number,
): [sid: string, pid: number][] {
  const random = new Random(time);
  return Array.from(
    { length: count },
    () => [random.uuid(time), random.between(1_000, 99_999)],
  );
}

/** Writes a log that holds turns and little else. */
export async function writeTurnLog(
  path: string,
  { turns, start, sessions, orphans = 0, noise = 0 }: TurnLogOptions,
): Promise<Log> {
  const random = new Random(start + turns);
  const lines: string[] = [];
  let events = 0;
  const add = (event: string, turn: number, data: Record<string, unknown>) => {
    const [sid, pid] = sessions[turn % sessions.length];
    const turnId = String(Math.floor((start % 1e9) / 1000) + turn);
    const time = start + 10 * events++;
    const round = sid;
    lines.push(canonicalLine({
      event,
      time,
      data,
      turnId,
      pid,
      sid,
      round,
      dataCount: events,
    }));
  };
  const addNoise = (turn: number) => {
    for (let i = 0; i < noise; i++) {
      add("response.output_text.delta", turn, { delta: "a word ".repeat(15) });
    }
  };
  for (let turn = 0; turn < turns; turn++) {
    addNoise(turn);
    const message = `Prompt ${turn} asks for a change that ${random.hex(40)}`;
    add("turn.user_message", turn, { payload: { message, kind: "plain" } });
    addNoise(turn);
    if (random.chance(orphans)) continue;
    const text = `Answer ${turn} tells what was done: ${random.hex(120)}`;
    add("response.output_item.done", turn, {
      item: {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text }],
      },
    });
  }
  await Deno.writeTextFile(path, lines.join("\n") + "\n");
  const { size } = await Deno.stat(path);
  return { path, bytes: size, events };
}
