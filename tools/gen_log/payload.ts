/**
 * What the data of each event holds: prompts, answers, other finished items,
 * and filling of the published size for all the rest.
 *
 * @module
 */

import type { NestedLog } from "./nested.ts";
import { EXEC_END, type Kind } from "./profile.ts";
import type { Random } from "./random.ts";
import type { Texts } from "./text.ts";

type Data = Record<string, unknown>;

/** Bytes of a line apart from the event's name, written twice, and its text. */
const ENVELOPE_BYTES = 365;

/** Makes the data of events. */
export class Payloads {
  #random: Random;
  #texts: Texts;
  #nested: NestedLog;

  /** Uses the given randomness, texts and logs inside the log. */
  constructor(random: Random, texts: Texts, nested: NestedLog) {
    this.#random = random;
    this.#texts = texts;
    this.#nested = nested;
  }

  /** Data of a prompt. */
  prompt(): Data {
    return {
      payload: { message: this.#texts.prompt(), kind: "plain", images: null },
    };
  }

  /** Data of a finished item that is an assistant's message. */
  message(): Data {
    const random = this.#random;
    const text = this.#texts.answer();
    const part = (text: string) => ({
      type: "output_text",
      annotations: [],
      text,
    });
    let content: Data[] = [part(text)];
    if (random.chance(0.1)) content.push(part(this.#texts.answer()));
    if (random.chance(0.02)) {
      content = [{ type: "refusal", refusal: "I can't help with that." }];
    }
    return {
      item: {
        id: `msg_${random.hex(24)}`,
        type: "message",
        status: "completed",
        ...(random.chance(0.05) ? {} : { role: "assistant" }),
        content,
      },
    };
  }

  /** Data of a finished item of another kind. */
  otherItem(): Data {
    const random = this.#random;
    const text = this.#texts.filling(random.size(900, 33_000) - 200);
    const id = random.hex(24);
    const dice = random.next();
    if (dice < 0.45) {
      return {
        item: {
          id: `rs_${id}`,
          type: "reasoning",
          summary: [{ type: "summary_text", text }],
          encrypted_content: null,
        },
      };
    }
    if (dice < 0.85) {
      return {
        item: {
          id: `fc_${id}`,
          type: "function_call",
          name: "shell",
          arguments: JSON.stringify({ command: ["bash", "-lc", text] }),
          call_id: `call_${id}`,
          status: "completed",
        },
      };
    }
    if (dice < 0.98) {
      return {
        item: {
          id: `ctc_${id}`,
          type: "custom_tool_call",
          name: "apply_patch",
          input: text,
          call_id: `call_${id}`,
        },
      };
    }
    const content = [{ type: "input_text", text }];
    return {
      item: { id: `msg_${id}`, type: "message", role: "user", content },
    };
  }

  /** Data of the end of a turn that was completed. */
  completed(): Data {
    const text = this.#texts.filling(this.#random.between(100, 300));
    return { payload: { last_agent_message: text } };
  }

  /** Data of the end of a turn that was aborted. */
  aborted(): Data {
    const reasons = ["interrupted", "interrupted", "replaced"];
    return { payload: { reason: this.#random.pick(reasons) } };
  }

  /** Data of an event that concerns no turn, of its type's usual size. */
  filling(kind: Kind, sequence: number): Data {
    const { name, mean, most } = kind;
    const base = ENVELOPE_BYTES + 2 * name.length;
    const random = this.#random;
    if (name === EXEC_END) {
      const stdout = this.#nested.output(random.size(mean, most) - base);
      return { payload: { call_id: `call_${sequence}`, stdout, exit_code: 0 } };
    }
    const isDelta = name.endsWith(".delta");
    if (isDelta && name.startsWith("turn.")) {
      return { payload: { delta: this.#some(mean - base) } };
    }
    if (isDelta) {
      return {
        item_id: `msg_${random.hex(24)}`,
        output_index: 0,
        sequence_number: sequence,
        delta: this.#some(mean - base - 77),
      };
    }
    const room = most === 0
      ? Math.round((mean - base - 40) * (0.5 + random.next()))
      : random.size(mean, most) - base - 40;
    const text = this.#texts.filling(room);
    return name.startsWith("response.")
      ? { response: { id: `resp_${random.hex(8)}`, instructions: text } }
      : { payload: { id: random.hex(8), message: text } };
  }

  /** A few words, `mean` characters on average and never none. */
  #some(mean: number): string {
    const length = Math.round(mean * (0.5 + this.#random.next()));
    return this.#texts.filling(Math.max(3, length));
  }
}
