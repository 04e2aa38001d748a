/**
 * One event as a line of the log, in the form of the current writer or in one
 * of the forms that older writers left.
 *
 * @module
 */

import type { Random } from "./random.ts";

/** All that a line says. */
export interface Envelope {
  /** Name of the event. */
  event: string;
  /** Local wall time, in milliseconds, as if the zone were UTC. */
  time: number;
  /** What the SSE line holds, without its `type`. */
  data: Record<string, unknown>;
  /** The id that the Codex core gave the turn. */
  turnId: string;
  /** Process id of the writer. */
  pid: number;
  /** Session id. */
  sid: string;
  /** Id of the request the event belongs to. */
  round: string;
  /** Sequence number of the event in its session. */
  dataCount: number;
}

const VERSION = "codex.0.58.0";
const CWD = "/home/dev";

/** The time as the current writer puts it: no zone, milliseconds. */
export function localTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}

/** The line of the current writer: canonical keys, strings inside strings. */
export function canonicalLine(envelope: Envelope): string {
  const { event, turnId, pid, sid } = envelope;
  const data = JSON.stringify({ type: event, ...envelope.data });
  const line = JSON.stringify("data: " + data);
  // Ids and numbers hold nothing that needs an escape.
  const metadata =
    `"{\\"turn_id\\":\\"${turnId}\\",\\"ver\\":\\"${VERSION}\\",\\"pid\\":${pid},\\"cwd\\":\\"${CWD}\\"}"`;
  return `{"event":"${event}","t":"${
    localTime(envelope.time)
  }","line":${line},"metadata":${metadata},"flow_id":"${sid}__turn_${turnId}","round":"${envelope.round}","data_count":${envelope.dataCount},"sid":"${sid}"}`;
}

/** The time in one of the forms of older writers; the same instant, or cut. */
function variantTime(random: Random, ms: number): string {
  const offset = random.pick([0, 0, 60, -300, 330, 765]);
  const text = localTime(ms + offset * 60_000);
  const digits = random.below(10);
  const fraction = digits === 0
    ? ""
    : "." + (text.slice(20) + random.hex(6).replace(/[a-f]/g, "7"))
      .slice(0, digits);
  const size = Math.abs(offset);
  const zone = offset === 0
    ? random.pick(["", "Z"])
    : (offset < 0 ? "-" : "+") +
      String(Math.floor(size / 60)).padStart(2, "0") + ":" +
      String(size % 60).padStart(2, "0");
  return text.slice(0, 10) + random.pick(["T", "T", " "]) +
    text.slice(11, 19) + fraction + zone;
}

function variantLine(random: Random, data: unknown): unknown {
  const text = JSON.stringify(data);
  return random.pick([data, text, "data:" + text, "data: " + text]);
}

/** `metadata`, and a top-level `pid` where it does not hold one. */
function variantMetadata(
  random: Random,
  { turnId, pid }: Envelope,
): Record<string, unknown> {
  const pidForm = random.chance(0.3) ? String(pid) : pid;
  const turnForm = random.pick([
    { turn_id: turnId },
    { turn_id: turnId },
    { turn_id: Number(turnId) },
    { turn_id: "unknown" },
    {},
  ]);
  const onTop = random.chance(0.25);
  if (onTop && random.chance(0.5)) return { pid: pidForm };
  const metadata = {
    ...turnForm,
    ver: VERSION,
    ...(onTop ? {} : { pid: pidForm }),
    cwd: CWD,
  };
  return {
    metadata: random.chance(0.5) ? metadata : JSON.stringify(metadata),
    ...(onTop ? { pid: pidForm } : {}),
  };
}

/** The same event in the words of older writers, several quirks at a time. */
export function variantOf(random: Random, envelope: Envelope): string {
  const { event, sid } = envelope;
  let { data } = envelope;
  // Old records: the prompt at `message`, the item at `payload.item`.
  const payload = data.payload as Record<string, unknown> | undefined;
  if (typeof payload?.message === "string" && random.chance(0.3)) {
    data = payload;
  } else if (data.item !== undefined && random.chance(0.3)) {
    data = { payload: data };
  }
  let entries: [string, unknown][] = Object.entries({
    event,
    t: random.chance(0.5)
      ? variantTime(random, envelope.time)
      : localTime(envelope.time),
    line: variantLine(random, { type: event, ...data }),
    ...variantMetadata(random, envelope),
    flow_id: `${sid}__turn_${envelope.turnId}`,
    round: envelope.round,
    data_count: envelope.dataCount,
    sid,
  });
  if (random.chance(0.3)) {
    entries = entries.filter(([key]) =>
      key !== "event" && key !== "flow_id" && key !== "round"
    );
  }
  if (random.chance(0.5)) shuffle(random, entries);
  return JSON.stringify(Object.fromEntries(entries));
}

/** Puts the items in a random order, in place. */
export function shuffle<T>(random: Random, items: T[]): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
}
