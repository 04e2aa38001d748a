/**
 * The log inside the log: what a command printed when it printed the log,
 * escaped once or many times, as in a `turn.exec.end`.
 *
 * @module
 */

import { canonicalLine, type Envelope } from "./envelope.ts";
import { EXEC_END, ITEM, PROMPT } from "./profile.ts";
import type { Random } from "./random.ts";
import type { Texts } from "./text.ts";

/** Text as it is escaped inside the strings of a line. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Makes the standard output that `turn.exec.end` carries. */
export class NestedLog {
  #random: Random;
  #texts: Texts;
  #names: string[];
  /** Pieces of output, plain and as a line holds them, escaped twice more. */
  #blocks: { text: string; inLine: string }[] = [];
  /** Output without anything to escape, to fill the rest. */
  #plain: string;

  /** With `turns` false, no block holds the name of a prompt or an item. */
  constructor(random: Random, texts: Texts, turns: boolean) {
    this.#random = random;
    this.#texts = texts;
    this.#names = turns
      ? [PROMPT, ITEM, "turn.agent_message", PROMPT]
      : ["turn.agent_message", "turn.response.delta"];
    this.#plain = texts.filling(1 << 15).replace(/[^ a-z]/g, ".");
    for (let i = 0; i < 24; i++) {
      const depth = i < 16 ? 0 : i < 21 ? 1 : i - 18;
      this.#add(this.#printed(depth));
    }
    for (let i = 0; i < 4; i++) {
      this.#add(texts.filling(8_000));
    }
  }

  #add(text: string): void {
    this.#blocks.push({ text, inLine: escaped(escaped(text)) });
  }

  /** Lines of a log as a tool printed them; each depth is a tool more. */
  #printed(depth: number): string {
    const random = this.#random;
    // Each level doubles the backslashes: at depth 5 a run is 4,095 long.
    if (depth >= 4) return this.#wrap(`{"event":"${this.#names[0]}"}\n`, depth);
    let lines = "";
    const count = depth === 0 ? random.between(4, 12) : 2;
    for (let i = 0; i < count; i++) {
      lines += canonicalLine(this.#envelope(random.pick(this.#names))) + "\n";
    }
    return this.#wrap(lines, depth);
  }

  #wrap(printed: string, depth: number): string {
    for (let level = 0; level < depth; level++) {
      const envelope = this.#envelope(EXEC_END);
      envelope.data = { payload: { stdout: printed, exit_code: 0 } };
      printed = canonicalLine(envelope) + "\n";
    }
    return printed;
  }

  #envelope(event: string): Envelope {
    const random = this.#random;
    const time = Date.UTC(2025, 10, 18) + random.below(86_400_000);
    const text = this.#texts.filling(random.between(20, 200));
    const item = {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text }],
    };
    return {
      event,
      time,
      data: event === ITEM
        ? { item }
        : { payload: { message: text, kind: "plain" } },
      turnId: String(random.below(40)),
      pid: random.between(1_000, 99_999),
      sid: random.uuid(time),
      round: random.uuid(time),
      dataCount: random.below(5_000),
    };
  }

  /** Output that takes about `bytes` in a line. */
  output(bytes: number): string {
    let output = "";
    while (bytes > 0) {
      const { text, inLine } = this.#random.pick(this.#blocks);
      // The deepest blocks are for the largest outputs.
      const fits = inLine.length < 2 * bytes || inLine.length < 5_000;
      if (fits) output += text;
      bytes -= fits ? inLine.length : 500;
    }
    return output;
  }

  /**
   * The line of one `turn.exec.end` in pieces, exactly `bytes` long if that
   * is not too short to hold its keys. `envelope.data` is not used.
   */
  *pieces(envelope: Envelope, bytes: number): Generator<string> {
    const mark = "\x1a";
    const [head, tail] = canonicalLine({
      ...envelope,
      data: {
        payload: {
          call_id: `call_${envelope.dataCount}`,
          stdout: mark,
          stderr: "",
          exit_code: 0,
        },
      },
    }).split(escaped(escaped(mark)));
    yield head;
    let left = bytes - head.length - tail.length;
    for (let tries = 0; tries < 3;) {
      const { inLine } = this.#random.pick(this.#blocks);
      if (inLine.length > left) {
        tries++;
        continue;
      }
      yield inLine;
      left -= inLine.length;
    }
    // Cutting a block could cut an escape in two; this holds none.
    while (left > 0) {
      const plain = this.#plain.slice(0, left);
      yield plain;
      left -= plain.length;
    }
    yield tail;
  }
}
