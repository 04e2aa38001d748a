import { assertEquals, assertRejects } from "@std/assert";
import { Delivery, type DeliveryOptions } from "../../src/delivery/delivery.ts";
import { sse } from "../../src/dialect/sse/sse.ts";
import type { Line } from "../../src/source/lines.ts";
import type { Position } from "../../src/turns/checkpoint.ts";
import { noCounts } from "../../src/turns/counts.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import type { Applied } from "../../src/turns/tracker.ts";
import { at, lineOf, prompt } from "../support/envelope.ts";

/** A delivery whose parts log their calls in order. */
function recorded(options: Partial<DeliveryOptions> = {}, attempts = 1) {
  const log: string[] = [];
  const known = new Set<string>();
  const fails = new Set<string>();
  let id = 0;
  const delivery = new Delivery({
    store: {
      write(work) {
        for (let attempt = 1; attempt < attempts; attempt++) {
          log.push("begin");
          work();
          log.push("lose");
        }
        log.push("begin");
        const result = work();
        log.push("commit");
        return Promise.resolve(result);
      },
      read: (work) => Promise.resolve(work()),
      moveCheckpoint: ({ id, offset }: Position, rejected = 0) => {
        const note = rejected === 0 ? "" : `, ${rejected} rejected`;
        log.push(`checkpoint ${id} at ${offset}${note}`);
      },
    },
    tracker: {
      apply(event: TurnEvent): Applied {
        const { key } = event;
        const text = textOf(event);
        if (fails.has(text)) throw new Error(`no ${text}`);
        const change = known.has(key) ? "known" : "minted";
        known.add(key);
        log.push(`apply ${text}`);
        return { change, turns: [{ id: ++id } as Applied["turns"][0]] };
      },
    },
    output: {
      wantsEveryLine: false,
      render({ outcomes }, into) {
        for (const { event, isSkipped } of outcomes) {
          if (!isSkipped) into.addText(textOf(event));
        }
      },
      forget: () => void log.push("forget"),
    },
    sink: {
      write(bytes) {
        log.push(`emit ${new TextDecoder().decode(bytes)}`);
        return Promise.resolve();
      },
      check: () => void log.push("check"),
    },
    deadLetter: null,
    observer: {
      describe: textOf,
      report: (message) => void log.push(`report ${message}`),
      rejected: (file, line) => void log.push(`reject ${file}:${line}`),
    },
    counts: noCounts(),
  }, { skipReplayed: false, now: () => 0, ...options });
  const logged = () => log.splice(0);
  return { delivery, fails, logged };
}

/** A line of a followed file. */
function line(
  text: string | null,
  number: number,
  { id = 7, isResumed = false } = {},
): Line {
  const file = files[id] ??= { id, name: `log.${id}`, isResumed };
  const place = (offset: number) => ({ id, offset }) as Position;
  const bytes = new TextEncoder().encode(`${text}\n`);
  return {
    ...{
      file,
      decoder: sse.decoder(null),
      number,
      text,
      bytes,
      limit: 1000,
      isOther: false,
      spool: null,
    },
    ...{ start: 100 * number, end: 100 * number + 100 },
    place: {
      begin: () => place(100 * number),
      end: () => place(100 * number + 100),
    },
  };
}

/** The text of a prompt; of any other event its kind. */
function textOf(event: TurnEvent): string {
  return event.kind === "prompt" ? event.text : event.kind;
}

const files: Line["file"][] = [];
const ask = (text: string, seconds = 0) =>
  lineOf(prompt({ text, t: at(seconds) }));

Deno.test("SPEC 4: events that were read already share one commit, and are emitted after it", async () => {
  const { delivery, logged } = recorded();
  for (const [i, text] of ["a", "b", "c"].entries()) {
    assertEquals(delivery.take(line(ask(text), i)), false);
  }
  assertEquals(logged(), []);
  await delivery.pause();
  assertEquals(logged(), [
    ...["begin", "apply a", "apply b", "apply c", "checkpoint 7 at 0"],
    ...["commit", "report a", "report b", "report c", "emit abc", "check"],
  ]);
});

Deno.test("SPEC 4: at most 256 events share a commit", () => {
  const { delivery } = recorded();
  const { now } = performance;
  // On a busy machine the limit of 20 ms would be reached first.
  performance.now = () => 0;
  try {
    for (let i = 0; i < 255; i++) {
      assertEquals(delivery.take(line(ask(`${i}`, i), i)), false);
    }
    assertEquals(delivery.take(line(ask("255"), 255)), true);
  } finally {
    performance.now = now;
  }
});

Deno.test("SPEC 4: events wait at most 20 ms for others to share their commit", () => {
  let now = 1000;
  const { delivery } = recorded({ now: () => now });
  // A line without an event of a turn starts no wait.
  assertEquals(delivery.take(line('{"event":"turn.delta"}', 0)), false);
  now += 50;
  assertEquals(delivery.take(line(ask("a"), 1)), false);
  now += 19;
  assertEquals(delivery.take(line(ask("b", 1), 2)), false);
  now += 1;
  assertEquals(delivery.take(line('{"event":"turn.delta"}', 3)), true);
});

Deno.test("SPEC 4: a group commits the checkpoint before its first unemitted event", async () => {
  const { delivery, logged } = recorded();
  delivery.take(line(ask("a"), 3));
  delivery.take(line(ask("b"), 9, { id: 8 }));
  delivery.mark({ position: () => ({ id: 8, offset: 1000 }) as Position });
  delivery.take(line(ask("c", 1), 4));
  await delivery.pause();
  assertEquals(logged().filter((what) => !what.startsWith("report")), [
    ...["begin", "apply a", "apply b", "apply c"],
    ...["checkpoint 7 at 300", "checkpoint 8 at 900", "commit", "emit abc"],
    // The checkpoint moves to a mark only after everything before it is emitted.
    ...["begin", "checkpoint 8 at 1000", "commit", "check"],
  ]);
  await delivery.finish();
  assertEquals(logged(), ["begin", "checkpoint 7 at 500", "commit"]);
});

Deno.test("SPEC 4: a known event moves no checkpoint and is emitted", async () => {
  const { delivery, logged } = recorded();
  for (const number of [1, 2]) {
    delivery.take(line(ask("a"), number));
    await delivery.commit();
  }
  assertEquals(logged().slice(-5), [
    ...["begin", "apply a", "commit", "report a", "emit a"],
  ]);
});

Deno.test("SPEC 4: after a restart --skip-replayed begins at the first new event of each file", async () => {
  const { delivery, logged } = recorded({ skipReplayed: true });
  delivery.take(line(ask("a"), 0, { id: 1 }));
  await delivery.commit();
  logged();
  const resumed = { id: 2, isResumed: true };
  delivery.take(line(ask("a"), 0, { id: 1 }));
  delivery.take(line(ask("a"), 0, resumed));
  delivery.take(line(ask("b", 1), 1, resumed));
  delivery.take(line(ask("a"), 2, resumed));
  await delivery.commit();
  assertEquals(logged().at(-1), "emit ab");
});

Deno.test("SPEC 11: a group that is applied once more is emitted, even if its events are known then", async () => {
  const { delivery, logged } = recorded({ skipReplayed: true }, 2);
  delivery.take(line(ask("a"), 1));
  await delivery.commit();
  const all = logged();
  assertEquals(all.filter((it) => /^(emit|report|forget|lose)/.test(it)), [
    ...["lose", "forget", "report a", "emit a"],
  ]);
});

Deno.test("SPEC 4: a failed event undoes no event before it in its group", async () => {
  const { delivery, fails, logged } = recorded();
  fails.add("b");
  for (const [i, text] of ["a", "b", "c"].entries()) {
    delivery.take(line(ask(text, i), i));
  }
  await assertRejects(() => delivery.commit(), Error, "no b");
  assertEquals(logged(), [
    ...["begin", "apply a", "checkpoint 7 at 0", "commit"],
    ...["report a", "emit a"],
  ]);
});

Deno.test("SPEC 1: a rejected line is reported with its file, after the lines before it", async () => {
  const { delivery, logged } = recorded();
  delivery.take(line(ask("a"), 4));
  delivery.take(line("turn.user_message", 5));
  delivery.take({ ...line(null, 6), bytes: null });
  assertEquals(logged(), []);
  await delivery.commit();
  assertEquals(logged().slice(-4), [
    ...["report a", "reject log.7:5", "reject log.7:6", "emit a"],
  ]);
});

Deno.test("A checkpoint counts each rejected line before it once", async () => {
  const { delivery, logged } = recorded();
  const moves = () => logged().filter((what) => what.startsWith("checkpoint"));
  delivery.take(line("turn.user_message", 0));
  delivery.take(line(ask("a"), 1));
  delivery.take(line("turn.user_message", 2));
  // Where the group begins, none of them precedes it.
  await delivery.commit();
  assertEquals(moves(), ["checkpoint 7 at 0"]);
  delivery.take(line(ask("b", 1), 3));
  delivery.take(line("turn.user_message", 4));
  delivery.mark({ position: () => ({ id: 7, offset: 500 }) as Position });
  await delivery.pause();
  assertEquals(moves(), [
    ...["checkpoint 7 at 300, 2 rejected", "checkpoint 7 at 500, 1 rejected"],
  ]);
  delivery.take(line("turn.user_message", 5, { id: 8 }));
  delivery.take(line("turn.user_message", 6));
  await delivery.finish();
  assertEquals(moves(), [
    ...["checkpoint 8 at 600, 1 rejected", "checkpoint 7 at 700, 1 rejected"],
  ]);
});

Deno.test("SPEC 4: lines without an event of a turn open no transaction", async () => {
  const { delivery, logged } = recorded();
  delivery.take(line("turn.user_message", 1));
  await delivery.pause();
  assertEquals(logged(), ["reject log.7:1", "check"]);
});
