import { assertEquals } from "@std/assert";
import { Delivery } from "../../src/delivery/delivery.ts";
import { sse } from "../../src/dialect/sse/sse.ts";
import { EventOutput } from "../../src/output/event_output.ts";
import { TurnOutput } from "../../src/output/turn_output.ts";
import type { Line, LogFile } from "../../src/source/lines.ts";
import { openStore } from "../../src/store/open.ts";
import {
  type Checkpoint,
  NOTHING,
  type Position,
} from "../../src/turns/checkpoint.ts";
import { noCounts } from "../../src/turns/counts.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { TurnLookup } from "../../src/turns/turn_lookup.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { fold } from "../support/database.ts";
import { lineOf } from "../support/envelope.ts";
import { type Engine, type Place, testEngines } from "../support/places.ts";
import { anyEvents } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

const encoder = new TextEncoder();

/** A followed file and the lines that a source yields from it. */
class File {
  readonly texts: string[];

  constructor(random: Random) {
    const others = ["turn.user_message", '{"t":1,"sid":"s1"}'];
    this.texts = anyEvents(random, random.between(1, 60)).flatMap((event) =>
      random.chance(0.1) ? [random.pick(others), lineOf(event)] : lineOf(event)
    );
  }

  /** Its lines, from the position of a checkpoint. */
  lines(checkpoint: Checkpoint, isResumed: boolean): Line[] {
    const { id, offset } = checkpoint;
    const file: LogFile = { id, isResumed, name: `log.${id}` };
    const decoder = sse.decoder(null);
    let end = 0;
    return this.texts.map((text, i): Line => {
      const bytes = encoder.encode(text + "\n");
      const [start, number] = [end, i + 1];
      end += bytes.length;
      const at = (offset: number, line: number): Position => ({
        ...checkpoint,
        ...{ offset, line },
      });
      const [begin, next] = [at(start, i), at(end, number)];
      return {
        ...{ file, decoder, number, start, end, bytes, text, limit: 1e6 },
        ...{ isOther: !/turn\.user|response/.test(text), spool: null },
        place: { begin: () => begin, end: () => next },
      };
    }).filter(({ start }) => start >= offset);
  }
}

/** Delivers the files in one run, which fails after `most` characters of output. */
async function deliver(
  { address }: Place,
  files: File[],
  random: Random,
  { emit = "turns", mostEvents = 256, most = Infinity, skipReplayed = false },
): Promise<{ stream: string; reports: string[] }> {
  using store = await openStore(address, { synchronous: "off" });
  const tracker = new Tracker(store);
  let stream = "";
  const reports: string[] = [];
  const delivery = new Delivery({
    store,
    tracker,
    output: emit === "turns"
      ? new TurnOutput()
      : new EventOutput(new TurnLookup(tracker)),
    sink: {
      write(bytes) {
        const text = new TextDecoder().decode(bytes);
        stream += text.slice(0, Math.max(0, most - stream.length));
        if (stream.length >= most) return Promise.reject(new Error("killed"));
        return Promise.resolve();
      },
      check() {},
    },
    deadLetter: null,
    observer: {
      describe: ({ key }, { change }) => `${change} ${key}`,
      report: (message) => reports.push(message),
      rejected: (file, line) => reports.push(`${file}:${line}`),
    },
    counts: noCounts(),
  }, { skipReplayed, mostEvents });
  const queues = files.map((file, i) => {
    const [stored] = store.checkpointsOf(`${i}`);
    const identity = { device: 1, inode: i };
    const checkpoint = stored ??
      store.addCheckpoint(`${i}`, {
        identity,
        head: NOTHING,
        seenMs: 0,
        name: null,
      });
    return file.lines(checkpoint, stored !== undefined);
  });
  try {
    while (queues.some((queue) => queue.length > 0)) {
      const queue = random.pick(queues.filter((queue) => queue.length > 0));
      if (delivery.take(queue.shift()!)) await delivery.commit();
      if (mostEvents > 1 && random.chance(0.1)) await delivery.pause();
    }
    await delivery.finish();
  } catch (error) {
    if ((error as Error).message !== "killed") throw error;
  }
  return { stream, reports };
}

/** Tests a property on each engine. */
function property(
  name: string,
  seeds: number,
  check: (random: Random, engine: Engine) => Promise<void>,
): void {
  testEngines(
    (engine) => `${name} (${engine})`,
    (engine) =>
      forSeeds(engine.seeds(seeds), (random) => check(random, engine)),
  );
}

property(
  "SPEC 4: any grouping gives the same database, stream and messages",
  30,
  async (random, engine) => {
    const files = [new File(random)];
    for (const emit of ["turns", "events"]) {
      const results = [];
      for (const mostEvents of [1, random.between(2, 20), 256]) {
        using place = engine.place();
        const run = await deliver(place, files, random, { emit, mostEvents });
        const { answers, turns, sessions } = place.contents();
        results.push({ ...run, answers, turns, sessions });
      }
      assertEquals(results[1], results[0]);
      assertEquals(results[2], results[0]);
    }
  },
);

property(
  "SPEC 4: a run killed anywhere in a group emits the missing records when restarted",
  60,
  async (random, engine) => {
    using place = engine.place();
    const files = [new File(random), new File(random)];
    const skipReplayed = random.chance(0.5);
    let stream = "";
    for (let run = 0; run < 6; run++) {
      const most = run < 5 ? random.below(8000) : Infinity;
      const mostEvents = random.pick([1, 5, 256]);
      const options = { most, mostEvents, skipReplayed };
      const part = await deliver(place, files, random, options);
      // The reader drops an incomplete record.
      stream += part.stream.slice(0, part.stream.lastIndexOf("\n") + 1);
    }
    assertEquals(fold(stream), place.records());
  },
);

property(
  "SPEC 4: a restart without a crash emits nothing twice",
  10,
  async (random, engine) => {
    using place = engine.place();
    const files = [new File(random), new File(random)];
    await deliver(place, files, random, {});
    assertEquals((await deliver(place, files, random, {})).stream, "");
  },
);
