/**
 * Several machines that share one numbering (SPEC section 11).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { dedupHash } from "../../src/turns/tracker.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { fold } from "../support/database.ts";
import { logOf } from "../support/envelope.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { Postgres } from "../support/postgres.ts";
import { agentEvents } from "../support/random_log.ts";
import { TempDir } from "../support/temp.ts";
import { COMMAND } from "./program.ts";

/** How many events share sessions, so that the oracle's lists stay short. */
const BLOCK = 400;

/** Starts a command on a machine of another name. */
export function onHost(host: string, command: string[]): string[] {
  const script = 'hostname "$0" && exec "$@"';
  return [
    ...["unshare", "--map-root-user", "--uts"],
    ...["sh", "-c", script, host, ...command],
  ];
}

/** How much is done, and how often it is interrupted. */
interface Scale {
  hosts: number;
  /** Events of each host, of which four in ten are prompts. */
  events: number;
  /** How often a program is killed, on each host. */
  kills: number;
  /** How often the server is killed. */
  serverKills: number;
}

/**
 * Lets programs on some hosts fill one database, each from its own log, with
 * sessions that all of them share, while programs and the server are killed.
 * The ids are 1 to N, and the table equals the oracle's for the same order.
 */
export async function assertShareNumbering(
  scale: Scale,
  random: Random,
): Promise<void> {
  using dir = new TempDir();
  await using server = await Postgres.create(dir);
  const logs = Array.from(
    { length: scale.hosts },
    (_, host) => eventsOf(random, host, scale.events),
  );
  const paths = logs.map((events, i) => dir.write(`log${i}`, logOf(events)));
  let running = scale.hosts;
  const streams = paths.map(async (path, host) => {
    const command = onHost(`host-${host}`, [
      ...[...COMMAND, "--source", path, "--db", server.url()],
    ]);
    try {
      return await runKilled(command, scale.kills, random);
    } finally {
      running--;
    }
  });
  const killing = killServer(
    server,
    scale.serverKills,
    random,
    () => running > 0,
  );
  const stream = (await Promise.all(streams)).join("");
  await killing;
  await assertAsOracle(server, logs, stream);
}

/** Events of a host: sessions that all hosts have, in processes of its own. */
function eventsOf(random: Random, host: number, count: number): TurnEvent[] {
  const events: TurnEvent[] = [];
  for (let block = 0; events.length < count; block++) {
    const size = Math.min(BLOCK, count - events.length);
    for (const event of agentEvents(random, size)) {
      const { sid, pid, key } = event;
      // An answer of another process is matched by the time of any host's turns.
      if (pid === 77) continue;
      const own = { sid: `${block} ${sid}`, pid: 10 * host + pid };
      const rest = key.slice(`${sid}|${pid}`.length);
      events.push({ ...event, ...own, key: `${own.sid}|${own.pid}${rest}` });
    }
  }
  return events;
}

/** Runs a command to its end, after some runs that are killed. @returns The last stdout. */
async function runKilled(
  command: string[],
  kills: number,
  random: Random,
): Promise<string> {
  for (let run = 0;; run++) {
    const child = new Deno.Command(command[0], {
      args: command.slice(1),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const delay = random.between(50, 1500);
    let isRunning = true;
    child.status.then(() => isRunning = false);
    const kill = () => isRunning && child.kill("SIGKILL");
    const timer = run < kills ? setTimeout(kill, delay) : undefined;
    const { code, signal, stdout, stderr } = await child.output();
    clearTimeout(timer);
    if (signal === "SIGKILL") continue;
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout);
  }
}

async function killServer(
  server: Postgres,
  kills: number,
  random: Random,
  isNeeded: () => boolean,
): Promise<void> {
  for (let i = 0; i < kills && isNeeded(); i++) {
    const delay = random.between(300, 2000);
    await new Promise((resolve) => setTimeout(resolve, delay));
    await server.kill();
    await server.start();
  }
}

async function assertAsOracle(
  server: Postgres,
  logs: TurnEvent[][],
  stream: string,
): Promise<void> {
  const rows = await server.turns();
  const prompts = logs.flat().filter(({ kind }) => kind === "prompt");
  assertEquals(
    rows.map(({ turn_id_glob }) => turn_id_glob),
    Array.from({ length: prompts.length }, (_, i) => i + 1),
  );
  const ids = new Map(
    rows.map(({ dedup_hash, turn_id_glob }) => [dedup_hash, turn_id_glob]),
  );
  const emitted = fold(stream);
  const columns = Object.keys(emitted[0]);
  const records = rows.map((row) =>
    Object.fromEntries(columns.map((name) => [name, row[name]]))
  );
  assertEquals(emitted, records);

  const blockOf = (sid: unknown) => String(sid).split(" ")[0];
  const oracles = new Map<string, Oracle>();
  for (const event of merged(logs, ids)) {
    const block = blockOf(event.sid);
    const oracle = oracles.get(block) ?? new Oracle();
    oracles.set(block, oracle);
    oracle.apply(event);
  }
  const ofBlocks = Map.groupBy(records, ({ sid }) => blockOf(sid));
  assertEquals(ofBlocks.size, oracles.size);
  for (const [block, oracle] of oracles) {
    const ranked = ofBlocks.get(block)!.map((row, i) => ({
      ...{ ...row, turn_id_glob: i + 1 },
    }));
    assertEquals(ranked, oracle.records().map(stored));
  }
}

/** The events of all logs in an order that gives the prompts these ids. */
function merged(
  logs: TurnEvent[][],
  ids: Map<unknown, unknown>,
): TurnEvent[] {
  const queues = logs.map((events) =>
    events.map((event) => ({
      event,
      id: event.kind === "prompt" ? ids.get(dedupHash(event.key)) as number : 0,
    }))
  );
  const next = queues.map(() => 0);
  const events: TurnEvent[] = [];
  for (let id = 1; id <= ids.size; id++) {
    for (const [i, queue] of queues.entries()) {
      while (queue[next[i]]?.id === 0) events.push(queue[next[i]++].event);
      if (queue[next[i]]?.id === id) events.push(queue[next[i]++].event);
    }
  }
  for (const [i, queue] of queues.entries()) {
    events.push(...queue.slice(next[i]).map(({ event }) => event));
  }
  assert(events.length === logs.flat().length);
  return events;
}

/** A record as PostgreSQL can hold it. */
function stored(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value,
    ]),
  );
}
