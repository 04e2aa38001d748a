import { assertEquals, assertStringIncludes } from "@std/assert";
import { sse } from "../../src/dialect/sse/sse.ts";
import { type Decoder, Verdict } from "../../src/dialect/dialect.ts";
import { formatRecord } from "../../src/output/record.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { TempDir } from "../support/temp.ts";
import { claudeLine, piece } from "../support/claude_log.ts";
import {
  answer,
  at,
  end,
  lineOf,
  prompt,
  sessionEnd,
} from "../support/envelope.ts";

const OWN = { sid: "s1", pid: 7, agent: "claude", cwd: "/w" };
const encoder = new TextEncoder();

function decode(decoder: Decoder, line: string) {
  return decoder.decode(line, encoder.encode(line + "\n"));
}

/** The events of lines, none of which may be rejected. */
function eventsOf(...lines: string[]): TurnEvent[] {
  const decoder = sse.decoder(null);
  return lines.flatMap((line) => {
    const { events, rejection } = decode(decoder, line);
    assertEquals(rejection, null, line);
    return events;
  });
}

const start = (flow: string, fields = {}) =>
  claudeLine("message_start", {}, { flow, ...fields });
const stop = (flow: string, fields = {}) =>
  claudeLine("message_stop", {}, { flow, ...fields });
const queue = (operation: string, content?: string, t = at(0)) =>
  claudeLine("queue_operation", { operation, content }, { t });

Deno.test("sse decodes a prompt of Claude Code, in the payload or beside it", () => {
  const data = { prompt: "fix it", message_uuid: "u1" };
  const event = prompt({ ...OWN, t: at(0), text: "fix it" });
  assertEquals(eventsOf(claudeLine("user_prompt", data)), [event]);
  assertEquals(eventsOf(claudeLine("user_prompt", { payload: data })), [event]);
});

Deno.test("sse joins the pieces of a message of Claude Code when it stops", () => {
  assertEquals(
    eventsOf(
      start("msg_1"),
      piece("Do", { flow: "msg_1", count: 2 }),
      piece("ne.", { flow: "msg_1", count: 3 }),
      stop("msg_1", { t: at(5) }),
    ),
    [answer({ ...OWN, t: at(5), text: "Done." })],
  );
});

Deno.test("sse takes pieces of Claude Code from the payload too", () => {
  const delta = { type: "text_delta", text: "Done." };
  const data = { payload: { index: 0, delta } };
  assertEquals(
    eventsOf(
      start("msg_1"),
      claudeLine("content_block_delta", data, { flow: "msg_1" }),
      stop("msg_1"),
    ),
    [answer({ ...OWN, t: at(0), text: "Done." })],
  );
});

Deno.test("sse keeps messages of Claude Code apart that are written at once", () => {
  const other = { flow: "msg_1", sid: "s2" };
  const texts = eventsOf(
    ...[start("msg_1"), start("msg_2"), start("msg_1", { sid: "s2" })],
    piece("a", { flow: "msg_1", count: 1 }),
    piece("x", { flow: "msg_2", count: 2 }),
    piece("s", { ...other, count: 1 }),
    piece("b", { flow: "msg_1", count: 3 }),
    ...[stop("msg_2"), stop("msg_1", { sid: "s2" }), stop("msg_1")],
  ).map((event) => event.kind === "answer" && [event.sid, event.text]);
  assertEquals(texts, [["s1", "x"], ["s2", "s"], ["s1", "ab"]]);
});

Deno.test("sse sorts pieces of Claude Code by block and data_count, each once", () => {
  const flow = "msg_1";
  assertEquals(
    eventsOf(
      start(flow),
      piece("b", { flow, count: 2 }),
      piece("d", { flow, count: 5 }, 1),
      piece("a", { flow, count: 1 }),
      piece("c", { flow, count: 4 }),
      piece("a", { flow, count: 1 }),
      piece("d", { flow, count: 5 }, 1),
      // The line is read again while the message is written.
      start(flow),
      piece("\ud83d", { flow, count: 6 }, 1),
      piece("\udc4b", { flow, count: 7 }, 1),
      stop(flow),
    ),
    [answer({ ...OWN, t: at(0), text: "abcd👋" })],
  );
});

Deno.test("sse keeps pieces of Claude Code without a data_count in their order", () => {
  const flow = "msg_1";
  assertEquals(
    eventsOf(
      start(flow),
      ...["a", "b", "a"].map((it) => piece(it, { flow })),
      stop(flow),
    ),
    [answer({ ...OWN, t: at(0), text: "aba" })],
  );
});

Deno.test("sse counts a message of Claude Code only from its start, and once", () => {
  const flow = "msg_1";
  assertEquals(
    eventsOf(
      ...[piece("lost", { flow, count: 1 }), stop(flow)],
      ...[
        start(flow),
        piece("once", { flow, count: 2 }),
        stop(flow),
        stop(flow),
      ],
      ...[piece("late", { flow, count: 3 }), stop(flow)],
    ),
    [answer({ ...OWN, t: at(0), text: "once" })],
  );
});

Deno.test("sse takes no answer from a message of Claude Code without text", () => {
  const delta = { type: "input_json_delta", partial_json: "text_delta" };
  const data = { index: 0, delta };
  const other = claudeLine("content_block_delta", data, { flow: "msg_1" });
  assertEquals(eventsOf(start("msg_1"), other, stop("msg_1")), []);
});

Deno.test("sse takes neither answers nor ends from a sub-agent of Claude Code", () => {
  const flow = "msg_1";
  const isSubagent = { is_subagent: true };
  assertEquals(
    eventsOf(
      claudeLine("message_start", isSubagent, { flow }),
      ...[piece("for the agent", { flow, count: 1 }), stop(flow)],
      claudeLine("stop", isSubagent),
      claudeLine("stop", { payload: isSubagent }),
    ),
    [],
  );
});

Deno.test("sse takes the end of a turn from claude.stop", () => {
  const data = { is_subagent: false, stop_reason: "end_turn" };
  const event = end({ ...OWN, t: at(3), reason: "end_turn" });
  const key = `s1|7|${at(3)}|claude.stop|`;
  assertEquals(eventsOf(claudeLine("stop", data, { t: at(3) })), [
    { ...event, key },
  ]);
});

Deno.test("sse takes the end of a session from claude.session_end, and forgets it", () => {
  const decoder = sse.decoder(null);
  const before = [start("msg_1"), queue("enqueue", "later")];
  for (const line of before) decode(decoder, line);
  const line = claudeLine("session_end", { reason: "exit" }, { t: at(3) });
  const event = sessionEnd({ ...OWN, t: at(3), reason: "exit" });
  const key = `s1|7|${at(3)}|claude.session_end|`;
  assertEquals(decode(decoder, line).events, [{ ...event, key }]);
  assertEquals(decoder.save(), null);
});

Deno.test("sse counts a queued prompt of Claude Code once", () => {
  const asked = claudeLine("user_prompt", { prompt: "later" }, { t: at(9) });
  assertEquals(
    eventsOf(queue("enqueue", "later"), queue("dequeue"), asked),
    [prompt({ ...OWN, t: at(9), text: "later" })],
  );
  assertEquals(
    eventsOf(queue("enqueue", "now"), queue("remove", "now", at(4))),
    [prompt({ ...OWN, t: at(0), text: "now" })],
  );
  assertEquals(
    eventsOf(queue("enqueue", "dropped"), queue("popAll"), queue("remove")),
    [],
  );
});

Deno.test("sse takes the queued prompt that is named, else the oldest", () => {
  const removed = (...removals: string[]) =>
    eventsOf(
      ...["a", "b", "a", "c"].map((it, i) => queue("enqueue", it, at(i))),
      // The line is read again.
      queue("enqueue", "c", at(3)),
      ...removals,
    ).map((event) => event.kind === "prompt" && [event.text, event.t]);
  assertEquals(removed(queue("remove", "b"), queue("remove")), [
    ...[["b", at(1)], ["a", at(0)]],
  ]);
  assertEquals(removed(queue("remove", "not there")), []);
  const all = [1, 2, 3, 4, 5].map(() => queue("remove"));
  assertEquals(removed(...all).length, 4);
});

Deno.test("sse ignores other events of Claude Code", () => {
  for (const name of ["message_delta", "content_block_stop", "ping"]) {
    assertEquals(eventsOf(claudeLine(name, { prompt: "x" })), []);
  }
  assertEquals(eventsOf(queue("peek", "x")), []);
});

Deno.test("sse rejects a line of Claude Code that cannot be used, and forgets nothing", () => {
  const decoder = sse.decoder(null);
  const flow = "msg_1";
  const lines = [start(flow), piece("Done.", { flow, count: 1 })];
  for (const line of lines) decode(decoder, line);
  const broken: [line: string, reason: string][] = [
    [claudeLine("user_prompt", {}), "no prompt text"],
    [claudeLine("user_prompt", { prompt: 1 }), "no prompt text"],
    [claudeLine("user_prompt", { prompt: "x" }, { sid: "" }), "no sid"],
    [claudeLine("message_start", {}, { sid: "" }), "no sid"],
    [claudeLine("stop", {}, { t: "yesterday" }), "t is not a timestamp"],
    [claudeLine("stop", {}, { pid: -1 }), "pid is not"],
    [stop(flow, { pid: -1 }), "pid is not"],
    [queue("enqueue"), "no content text"],
    [piece("x", {}).slice(0, -1), "not JSON"],
    [piece(7 as unknown as string, { flow }), "delta has no text"],
  ];
  for (const [line, reason] of broken) {
    const { events, rejection } = decode(decoder, line);
    assertEquals(events, [], line);
    assertStringIncludes(rejection?.reason ?? "none", reason);
  }
  assertEquals(decode(decoder, stop(flow)).events.length, 1);
});

Deno.test("sse decodes the envelope glued to a torn delta of Claude Code", () => {
  const other = claudeLine("content_block_delta", {
    delta: { type: "input_json_delta", partial_json: "{}" },
  });
  const event = prompt();
  const { events, rejection } = decode(
    sse.decoder(null),
    other.slice(0, 80) + lineOf(event),
  );
  assertEquals(events, [event]);
  assertEquals(rejection?.bytes, encoder.encode(other.slice(0, 80)));
});

Deno.test("sse passes on only those deltas of Claude Code that hold text", () => {
  const deltas: [delta: object, verdict: Verdict][] = [
    [{ type: "text_delta", text: "a" }, Verdict.Keep],
    [{ type: "input_json_delta", partial_json: "{}" }, Verdict.Skip],
    [{ type: "thinking_delta", thinking: "hm" }, Verdict.Skip],
    // An escape may hide the type.
    [{ type: "thinking_delta", thinking: "\u007f".repeat(2) }, Verdict.Skip],
    [{ type: "thinking_delta", thinking: "\\u0041" }, Verdict.Unsure],
  ];
  const { prefilter } = sse;
  for (const [delta, verdict] of deltas) {
    const line = claudeLine("content_block_delta", { index: 0, delta });
    const bytes = encoder.encode(`x${line}x`);
    assertEquals(prefilter.judge(bytes, 1, bytes.length - 1), verdict, line);
    for (let cut = 1; cut < line.length; cut++) {
      const judge = prefilter.begin();
      judge.push(bytes.subarray(1, 1 + cut));
      judge.push(bytes.subarray(1 + cut, bytes.length - 1));
      assertEquals(judge.end(), verdict, `${line} cut at ${cut}`);
    }
  }
});

Deno.test("sse saves what it remembers of Claude Code, and nothing else", () => {
  const flow = "msg_1";
  const lines = [
    ...[start(flow), piece("a\ud83d", { flow, count: 1 })],
    ...[queue("enqueue", "later"), piece("\udc4b", { flow, count: 2 })],
    ...[queue("remove", "later"), stop(flow)],
  ];
  let saved: string | null = null;
  const events = lines.flatMap((line) => {
    const decoder = sse.decoder(saved);
    const decoded = decode(decoder, line);
    saved = decoder.save();
    return decoded.events;
  });
  assertEquals(events, [
    prompt({ ...OWN, t: at(0), text: "later" }),
    answer({ ...OWN, t: at(0), text: "a👋" }),
  ]);
  assertEquals(saved, null);
  const codex = sse.decoder(null);
  for (const event of [prompt(), answer(), end()]) decode(codex, lineOf(event));
  assertEquals(codex.save(), null);
});

Deno.test("sse remembers a hundred messages of Claude Code that never stop", () => {
  const decoder = sse.decoder(null);
  for (let i = 0; i <= 100; i++) {
    decode(decoder, start(`msg_${i}`));
    decode(decoder, piece(`${i}`, { flow: `msg_${i}`, count: i }));
  }
  assertEquals(decode(decoder, stop("msg_0")).events, []);
  assertEquals(decode(decoder, stop("msg_1")).events.length, 1);
});

Deno.test("sse gives the log of testdata/sse/claude.jsonl the expected stream", () => {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"), { synchronous: "off" });
  const tracker = new Tracker(store);
  const decoder = sse.decoder(null);
  const read = (name: string) =>
    Deno.readTextFileSync(`testdata/sse/claude.${name}`).trimEnd().split("\n");
  const rejected: number[] = [];
  const records = read("jsonl").flatMap((line, i) => {
    const { events, rejection } = decode(decoder, line);
    if (rejection !== null) rejected.push(i + 1);
    return events.flatMap((event) => tracker.apply(event).turns)
      .map((turn) => formatRecord(turn).trimEnd());
  });
  assertEquals(records, read("turns.jsonl"));
  assertEquals(rejected, [49]);
});
